//! Altering bytes by chance, from a seed.

/// Chance from a seed (Knuth's MMIX generator, its upper half).
pub struct Dice(u64);

impl Dice {
    /// The dice of a seed.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x5A1F_0000_5A1F);
        dice.below(2);
        dice
    }

    /// A number below `sides`; 0 if there are none.
    pub fn below(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(self.0 >> 33).unwrap_or(0);
        drawn.checked_rem(sides).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        // What lengths, counts, JSON and base64 turn on comes up more often than the rest.
        const TELLING: &[u8] = b"\x00\x01\x7f\x80\xff{}[]\",:.-_=~\\/ 09azAZ";
        match self.below(2) {
            0 => TELLING[self.below(TELLING.len())],
            _ => u8::try_from(self.below(256)).unwrap_or(0),
        }
    }
}

/// `bytes`, altered in one place or a few, with pieces of `other` at times.
pub fn alter(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.below(3) {
        let (at, byte) = (dice.below(bytes.len()), dice.byte());
        let end = at + dice.below(bytes.len().saturating_sub(at) + 1).min(64);
        match dice.below(8) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
            1 if !bytes.is_empty() => bytes[at] = byte,
            2 => bytes.insert(at, byte),
            3 if !bytes.is_empty() => drop(bytes.remove(at)),
            4 => bytes.truncate(at),
            5 => drop(bytes.drain(at..end)),
            6 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => {
                let from = dice.below(other.len());
                let to = from + dice.below(other.len().saturating_sub(from) + 1).min(64);
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    bytes
}
