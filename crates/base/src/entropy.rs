use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Randomness as a value: the same seed gives the same ids, tokens and jitter.
///
/// A cryptographic generator, because task tokens and access keys drawn from it must not be guessable;
/// the process seeds one from the operating system at start, tests from a number.
#[derive(Clone, Debug)]
pub struct Entropy(ChaCha12Rng);

impl Entropy {
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Entropy(ChaCha12Rng::from_seed(seed))
    }

    /// For tests and reproducible runs.
    pub fn from_number(seed: u64) -> Self {
        Entropy(ChaCha12Rng::seed_from_u64(seed))
    }

    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// Uniform in `0 ≤ n < 1`.
    pub fn next_unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A random (version 4) UUID in its usual text form.
    pub fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
    }

    /// A generator of its own, for work that runs elsewhere.
    pub fn fork(&mut self) -> Self {
        let mut seed = [0; 32];
        self.fill(&mut seed);
        Entropy::from_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let (mut first, mut second) = (Entropy::from_number(7), Entropy::from_number(7));
        assert_eq!(first.uuid(), second.uuid());
        assert_ne!(first.uuid(), Entropy::from_number(8).uuid());
        assert_eq!(first.uuid().as_bytes()[14], b'4', "the version stands in its place");
    }

    #[test]
    fn unit_values_stay_below_one() {
        let mut entropy = Entropy::from_number(1);
        assert!((0..1000).map(|_| entropy.next_unit()).all(|n| (0.0..1.0).contains(&n)));
    }
}
