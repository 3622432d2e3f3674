//! Counter-based randomness: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
//!
//! A draw is a pure function of seed, purpose, phase, step and index, so a run resumes exactly, and a kernel on
//! any engine finds the same draw without a shared state.

use std::convert::Infallible;

use rand::rand_core::TryRng;

/// What a stream of draws is for. The numbers enter the counter: they never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Initial weights and biases; step: the layer.
    Weights = 1,
    /// The order of tasks.
    Order = 2,
    /// Shuffling a task's data; step: the epoch.
    Shuffle = 3,
    /// The fixed part of a task's data that is rehearsed; step: the task.
    Rehearsal = 4,
    /// The window of a sleep step.
    Window = 5,
    /// Input spikes of a sleep step; index: input / 4.
    Input = 6,
    /// The sample that sleep's gains are normalised on.
    Gains = 7,
    /// Class-balanced subsets of a data set; step: the class.
    Subset = 8,
    /// A search's own draws; step: the generation.
    Tuning = 9,
    /// Which input gets which mean value, where sleep's noise is to lose its shape.
    Scatter = 10,
    /// Initial weights from a hidden layer to itself; step: the layer.
    Recurrent = 11,
    /// Hidden units that are left out of learning; step: the minibatch, index: unit / 4, counted over samples and layers.
    Dropout = 12,
    /// Initial weights back to the layer below; step: the layer.
    Feedback = 13,
    /// Input spikes of spiking areas while they learn; step: the minibatch, index: (sample, step, input / 4).
    Spikes = 14,
    /// The same while they answer; step: the sample.
    Shown = 15,
    /// Places of the inputs in a permuted copy of a data set; step: the copy.
    Permutation = 16,
    /// Units that a task's gate opens; step: how many gates there are before it.
    Gate = 17,
    /// Trials that are learnt from; phase: the place in the minibatch, step: the iteration.
    Trial = 18,
    /// Trials that Lyapunov exponents are measured with; phase: the series, step: the trial.
    Probe = 19,
    /// Trials that are flossed with; phase: the place in the minibatch, step: the iteration.
    Flossing = 20,
    /// Trials that a trained network is tested with; phase: the place.
    Test = 21,
    /// Directions in which Lyapunov exponents are measured.
    Tangent = 22,
}

/// Philox4x32-10: four random words for a 128-bit counter and a 64-bit key.
#[inline]
pub fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [(b >> 32) as u32 ^ counter[1] ^ key[0], b as u32, (a >> 32) as u32 ^ counter[3] ^ key[1], a as u32];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

/// Four random words for `seed` and a place in a run.
#[inline]
pub fn draw(seed: u32, purpose: Purpose, phase: u32, step: u32, index: u32) -> [u32; 4] {
    philox([index, step, phase, 0], [seed, purpose as u32])
}

/// A probability as a threshold that 32-bit draws are below. 1 becomes 1 − 2⁻³².
pub fn chance(probability: f64) -> u32 {
    (probability.clamp(0.0, 1.0) * 4_294_967_296.0).round().min(f64::from(u32::MAX)) as u32
}

/// A stream of draws for one purpose, for `rand`'s algorithms (shuffling, distributions).
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u32,
    purpose: Purpose,
    phase: u32,
    step: u32,
    index: u32,
    words: [u32; 4],
    left: usize,
}

impl Stream {
    pub fn new(seed: u32, purpose: Purpose, phase: u32, step: u32) -> Stream {
        Stream { seed, purpose, phase, step, index: 0, words: [0; 4], left: 0 }
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        if self.left == 0 {
            self.words = draw(self.seed, self.purpose, self.phase, self.step, self.index);
            self.index = self.index.wrapping_add(1);
            self.left = 4;
        }
        self.left -= 1;
        Ok(self.words[3 - self.left])
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.try_next_u32()?);
        Ok(low | u64::from(self.try_next_u32()?) << 32)
    }

    fn try_fill_bytes(&mut self, dst: &mut [u8]) -> Result<(), Infallible> {
        for chunk in dst.chunks_mut(4) {
            chunk.copy_from_slice(&self.try_next_u32()?.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The known-answer vectors published with Random123 (kat_vectors, philox4x32 10).
    #[test]
    fn known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(philox([!0; 4], [!0; 2]), [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]);
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        assert_eq!(philox(pi, [0xa409_3822, 0x299f_31d0]), [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]);
    }

    #[test]
    fn a_stream_is_its_draws_in_order() {
        let mut stream = Stream::new(7, Purpose::Shuffle, 2, 3);
        let words: Vec<u32> = (0..8).map(|_| stream.try_next_u32().unwrap()).collect();
        assert_eq!(words[..4], draw(7, Purpose::Shuffle, 2, 3, 0));
        assert_eq!(words[4..], draw(7, Purpose::Shuffle, 2, 3, 1));
    }
}
