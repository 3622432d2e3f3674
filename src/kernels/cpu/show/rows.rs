//! Sums and products over rows of weights: of the rows of units that spiked, and of dense errors.

use multiversion::multiversion;

/// out = Σ of the rows of the units that spiked.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn sum_rows(matrix: &[f32], spikes: &[u32], out: &mut [f32]) {
    out.fill(0.0);
    for &s in spikes {
        let row = &matrix[s as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out += w);
    }
}

/// out −= Σ of the rows of the units that spiked.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn take_rows(matrix: &[f32], spikes: &[u32], out: &mut [f32]) {
    for &s in spikes {
        let row = &matrix[s as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out -= w);
    }
}

/// out += Σ e·row
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn add_rows(matrix: &[f32], errors: &[(u32, f32)], out: &mut [f32]) {
    for &(i, e) in errors {
        let row = &matrix[i as usize * out.len()..][..out.len()];
        out.iter_mut().zip(row).for_each(|(out, w)| *out += e * w);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn add_scaled(scale: f32, values: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values).for_each(|(out, value)| *out += scale * value);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn add_products(scale: f32, values: &[f32], factors: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values.iter().zip(factors)).for_each(|(out, (value, factor))| *out += scale * value * factor);
}

/// out += |scale·value·factor|
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn add_lengths_of(scale: f32, values: &[f32], factors: &[f32], out: &mut [f32]) {
    let pairs = values.iter().zip(factors);
    out.iter_mut().zip(pairs).for_each(|(out, (value, factor))| *out += (scale * value * factor).abs());
}

/// out += |scale·value|
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn add_lengths(scale: f32, values: &[f32], out: &mut [f32]) {
    out.iter_mut().zip(values).for_each(|(out, value)| *out += (scale * value).abs());
}

/// Of a vector that is mostly 0.
pub fn length_of(values: &[(u32, f32)]) -> f32 {
    values.iter().map(|(_, value)| value * value).sum::<f32>().sqrt()
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn squares_of(values: &[f32]) -> f32 {
    dots([values], values)[0]
}

/// Lanes of a sum.
const LANES: usize = 16;
/// Samples, or rows of weights, that are multiplied at once: as many sums as keep a processor busy.
const AT_ONCE: usize = 4;
/// Rows of weights that stay in a fast cache while all samples of a minibatch meet them.
const TILE: usize = 32;

/// out (B × units) = errors (B × lower) · Eᵀ, E being units × lower.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn project(matrix: &[f32], errors: &[f32], units: usize, out: &mut [f32]) {
    let lower = matrix.len() / units;
    let batch = errors.len() / lower;
    let (error, row) = (|b: usize| &errors[b * lower..][..lower], |r: usize| &matrix[r * lower..][..lower]);
    let together = batch / AT_ONCE * AT_ONCE;
    for from in (0..units).step_by(TILE) {
        for b in (0..together).step_by(AT_ONCE) {
            for r in from..(from + TILE).min(units) {
                let sums = dots([error(b), error(b + 1), error(b + 2), error(b + 3)], row(r));
                (0..AT_ONCE).for_each(|k| out[(b + k) * units + r] = sums[k]);
            }
        }
    }
    for b in together..batch {
        let whole = units / AT_ONCE * AT_ONCE;
        for r in (0..whole).step_by(AT_ONCE) {
            let sums = dots([row(r), row(r + 1), row(r + 2), row(r + 3)], error(b));
            out[b * units + r..][..AT_ONCE].copy_from_slice(&sums);
        }
        (whole..units).for_each(|r| out[b * units + r] = dots([row(r)], error(b))[0]);
    }
}

/// The products of some vectors with one, each summed in lanes.
#[inline(always)]
fn dots<const N: usize>(vectors: [&[f32]; N], one: &[f32]) -> [f32; N] {
    let mut sums = [[0.0f32; LANES]; N];
    let whole = one.len() / LANES * LANES;
    for from in (0..whole).step_by(LANES) {
        let w: &[f32; LANES] = one[from..from + LANES].try_into().expect("whole lanes");
        for (sum, vector) in sums.iter_mut().zip(vectors) {
            let v: &[f32; LANES] = vector[from..from + LANES].try_into().expect("whole lanes");
            (0..LANES).for_each(|k| sum[k] += w[k] * v[k]);
        }
    }
    std::array::from_fn(|n| {
        let rest: f32 = vectors[n][whole..].iter().zip(&one[whole..]).map(|(v, w)| v * w).sum();
        sums[n].iter().sum::<f32>() + rest
    })
}
