//! What the kernels share to run with the widest vectors the processor has.
//!
//! The kernels are plain loops over short arrays. An entry point is compiled once for each instruction set it
//! names (`#[multiversion]`) and the best is chosen at run time; its body and all that it calls are
//! `#[inline(always)]`, so that they are compiled with it. On wasm32 the set is fixed at compile time (simd128).

use multiversion::multiversion;

/// a·b + c, fused where processors fuse. WebAssembly does not: its results are then the same everywhere.
#[inline(always)]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "wasm32") { a * b + c } else { a.mul_add(b, c) }
}

/// The larger number. Unlike `f32::max` this is one instruction; of a NaN it may return either side.
#[inline(always)]
pub fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The smaller number; see [`larger`].
#[inline(always)]
pub fn smaller(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// Whether every number is finite, by exponent bits: comparisons with NaN cannot be relied on everywhere.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn all_finite(values: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    values.chunks(1024).all(|chunk| {
        let mut largest = 0;
        for v in chunk {
            largest = largest.max(v.to_bits() & EXPONENT);
        }
        largest != EXPONENT
    })
}

/// Sixteen numbers side by side: one vector of the widest machines, four of the narrowest.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub struct Lanes(pub [f32; Lanes::COUNT]);

impl Lanes {
    pub const COUNT: usize = 16;
    pub const ZERO: Lanes = Lanes([0.0; Lanes::COUNT]);

    #[inline(always)]
    pub fn all(value: f32) -> Lanes {
        Lanes([value; Lanes::COUNT])
    }

    /// `values` and zeros behind them.
    #[inline(always)]
    pub fn padded(values: &[f32]) -> Lanes {
        let mut lanes = Lanes::ZERO;
        lanes.0[..values.len()].copy_from_slice(values);
        lanes
    }

    #[inline(always)]
    pub fn read(values: &[f32]) -> Lanes {
        Lanes(values.try_into().expect("sixteen numbers"))
    }

    #[inline(always)]
    fn each(self, other: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
        let mut out = Lanes::ZERO;
        for c in 0..Lanes::COUNT {
            out.0[c] = f(self.0[c], other.0[c]);
        }
        out
    }

    #[inline(always)]
    pub fn plus(self, other: Lanes) -> Lanes {
        self.each(other, |a, b| a + b)
    }

    #[inline(always)]
    pub fn minus(self, other: Lanes) -> Lanes {
        self.each(other, |a, b| a - b)
    }

    #[inline(always)]
    pub fn larger(self, other: Lanes) -> Lanes {
        self.each(other, larger)
    }

    #[inline(always)]
    pub fn smaller(self, other: Lanes) -> Lanes {
        self.each(other, smaller)
    }

    #[inline(always)]
    pub fn times(self, other: Lanes) -> Lanes {
        self.each(other, |a, b| a * b)
    }

    /// self + scale · other
    #[inline(always)]
    pub fn plus_scaled(self, scale: f32, other: Lanes) -> Lanes {
        self.each(other, |a, b| fma(scale, b, a))
    }

    #[inline(always)]
    pub fn halved(self) -> Lanes {
        self.each(self, |a, _| 0.5 * a)
    }

    #[inline(always)]
    pub fn abs(self) -> Lanes {
        self.each(self, |a, _| a.abs())
    }

    /// self + dt · (target − self)
    #[inline(always)]
    pub fn towards(self, target: Lanes, dt: f32) -> Lanes {
        self.plus_scaled(dt, target.minus(self))
    }

    /// Each number, moved into 0 to 1.
    #[inline(always)]
    pub fn clamped(self) -> Lanes {
        self.larger(Lanes::ZERO).smaller(Lanes::all(1.0))
    }

    /// Whether any number is above `limit`: one comparison, where [`Lanes::largest`] takes several shuffles.
    #[inline(always)]
    pub fn any_above(self, limit: f32) -> bool {
        let mut any = false;
        for v in self.0 {
            any |= v > limit;
        }
        any
    }

    #[inline(always)]
    pub fn largest(self) -> f32 {
        self.folded(larger)
    }

    #[inline(always)]
    pub fn sum(self) -> f32 {
        self.folded(|a, b| a + b)
    }

    /// All numbers in one, halves onto halves.
    #[inline(always)]
    fn folded(self, f: impl Fn(f32, f32) -> f32) -> f32 {
        let mut half = Lanes::COUNT / 2;
        let mut v = self.0;
        while half > 0 {
            for c in 0..half {
                v[c] = f(v[c], v[c + half]);
            }
            half /= 2;
        }
        v[0]
    }
}
