//! What the kernels share to run with the widest vectors the processor has.
//!
//! The kernels are plain loops over short arrays. Their entry points are compiled once for each instruction set
//! below (`#[multiversion]`) and the best is chosen at run time; what they call is `#[inline(always)]`, so that it
//! is compiled with them. On wasm32 the set is fixed at compile time (simd128).

use multiversion::multiversion;

/// a·b + c, fused where processors fuse. WebAssembly does not: its results are then the same everywhere.
#[inline(always)]
pub fn fma(a: f32, b: f32, c: f32) -> f32 {
    if cfg!(target_arch = "wasm32") { a * b + c } else { a.mul_add(b, c) }
}

/// Whether every number is finite, by exponent bits: comparisons with NaN cannot be relied on everywhere.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
pub fn all_finite(values: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    values.chunks(1024).all(|chunk| !chunk.iter().fold(false, |bad, v| bad | (v.to_bits() & EXPONENT == EXPONENT)))
}
