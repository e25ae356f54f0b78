//! Random numbers that are the same in every run, for tables made before the clock starts.

/// SplitMix64 of Steele, Lea and Flood: one state word, a good enough mix, and nothing to seed wrongly.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts a sequence that `seed` determines.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// A number from `low` up to and including `high`, whose logarithm is spread evenly.
    pub fn log_uniform(&mut self, low: usize, high: usize) -> usize {
        let share = (self.bits() >> 11) as f64 / (1_u64 << 53) as f64;
        let (low_log, high_log) = ((low as f64).ln(), ((high + 1) as f64).ln());
        ((low_log + share * (high_log - low_log)).exp() as usize).clamp(low, high)
    }
}
