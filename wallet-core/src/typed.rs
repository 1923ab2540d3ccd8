//! What an owner types reaches the Worker only encrypted (WO 01/13293, ninth embodiment), in either of two forms:
//!
//! - *agreed*: under a common key of its own. The Worker has offered a public key, the page makes another, and both derive
//!   the key. The Worker uses what it offered once and destroys it: whoever takes hold of its memory afterwards opens no
//!   message that was captured before.
//! - *lasting*: by HPKE, to the public key the Worker has made at its start. Taken where no offered key is free. Whoever takes
//!   hold of that key opens every message of this form since the Worker's start; it dies with the Worker.
//!
//! Each message counts: the Worker takes none whose number it has passed. Run, number and, for the first form, all public keys
//! are bound to it, and the labels say which way it goes. What is sealed is filled up, so that its length tells little.
//!
//! Not in scope: what is said (`wallet-web`'s messages), and what this is worth against code that runs on the page
//! (`SECURITY.md`: nothing; it is there to keep what is typed out of queues, logs and tools that see messages pass).

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use saifu_crypto::aead::{self, NONCE_LEN};
use saifu_crypto::agree::KeyPair;
use saifu_crypto::derive::derive_key;
use saifu_crypto::{CryptoRng, Secret, hpke};
use saifu_protocol::{PublicKey, b64, fixed_bytes, labels};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How many keys lie ready. An owner does one thing at a time; a screen may send a few messages with it.
pub const OFFERED: usize = 8;
/// What is sealed is filled up to a multiple of so many bytes: more than any passcode takes.
const FILLED_TO: usize = 256;
const LENGTH: usize = 4;
/// Each key seals one message only, so one nonce is enough.
const NONCE: [u8; NONCE_LEN] = [0; NONCE_LEN];

fixed_bytes!(
    /// One run of the Worker, from its start to its end.
    Run, 16
);

/// What the Worker offers the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// This run.
    pub run: Run,
    /// For the lasting form.
    pub lasting: PublicKey,
    /// Fresh keys for the agreed form, each with its number.
    pub fresh: Vec<(u64, PublicKey)>,
}

/// One message to the Worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// For which run. Under another, its numbers would mean other keys.
    pub run: Run,
    /// Its number, higher than that of every message before it.
    pub number: u64,
    /// How it is sealed.
    pub form: Form,
    /// The ciphertext.
    #[serde(with = "b64::bytes")]
    pub sealed: Vec<u8>,
}

/// How a message is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Under a key that was agreed on for it.
    Agreed {
        /// The number of the offered key.
        key: u64,
        /// What the page made for it.
        public: PublicKey,
    },
    /// By HPKE.
    Lasting,
}

/// The message is none the Worker takes: repeated, altered, cut, for another run, or for a key that is gone. Nobody acts on which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotTaken;

/// The Worker's end.
pub struct Receiver {
    run: Run,
    lasting: Secret,
    offered: Vec<(u64, Secret)>,
    last_offered: u64,
    last_taken: u64,
}

impl Receiver {
    /// For a run that begins.
    pub fn make(rng: &mut dyn CryptoRng) -> Self {
        Self {
            run: Run::make(rng),
            lasting: Secret::make(rng),
            offered: Vec::new(),
            last_offered: 0,
            last_taken: 0,
        }
    }

    /// Makes as many keys as are missing, and offers them.
    pub fn offer(&mut self, rng: &mut dyn CryptoRng) -> Offer {
        let mut fresh = Vec::new();
        while self.offered.len() < OFFERED {
            let key = Secret::make(rng);
            self.last_offered += 1;
            fresh.push((self.last_offered, public_of(&key)));
            self.offered.push((self.last_offered, key));
        }
        Offer {
            run: self.run,
            lasting: PublicKey::new(hpke::derive_public(&self.lasting)),
            fresh,
        }
    }

    /// Opens a message.
    ///
    /// # Errors
    /// [`NotTaken`]; a key that was offered for it is destroyed all the same.
    pub fn open(&mut self, envelope: &Envelope) -> Result<Zeroizing<Vec<u8>>, NotTaken> {
        if envelope.run != self.run {
            return Err(NotTaken);
        }
        let key = match envelope.form {
            Form::Agreed { key, public } => {
                let at = self.offered.iter().position(|(number, _)| *number == key);
                let (number, secret) = self.offered.swap_remove(at.ok_or(NotTaken)?);
                Some((number, secret, public))
            }
            Form::Lasting => None,
        };
        if envelope.number <= self.last_taken {
            return Err(NotTaken);
        }
        let bound = bound_to(self.run, envelope.number);
        let opened = match key {
            Some((number, secret, public)) => {
                let own = public_of(&secret);
                // Whoever has no key of their own could only send the Worker's back to it.
                if own == public {
                    return Err(NotTaken);
                }
                let shared = KeyPair::new(&secret)
                    .agree(public.as_bytes())
                    .map_err(|_| NotTaken)?;
                let key = agreed_key(&shared, self.run, number, own, public);
                aead::open(&key, &NONCE, &bound, &envelope.sealed)
            }
            None => hpke::open(
                &self.lasting,
                labels::TYPED_HPKE.as_bytes(),
                &bound,
                &envelope.sealed,
            ),
        };
        let filled = Zeroizing::new(opened.map_err(|_| NotTaken)?);
        let said = empty(&filled).ok_or(NotTaken)?;
        self.last_taken = envelope.number;
        Ok(Zeroizing::new(said.to_vec()))
    }
}

/// The page's end.
pub struct Sender {
    run: Run,
    lasting: PublicKey,
    free: VecDeque<(u64, PublicKey)>,
    last_sent: u64,
}

impl Sender {
    /// For the run that offers this.
    pub fn new(offer: Offer) -> Self {
        Self {
            run: offer.run,
            lasting: offer.lasting,
            free: offer.fresh.into(),
            last_sent: 0,
        }
    }

    /// Takes what else the same run offers; of another run it is the first.
    pub fn take(&mut self, offer: Offer) {
        if offer.run == self.run {
            self.free.extend(offer.fresh);
        } else {
            *self = Self::new(offer);
        }
    }

    /// Seals a message: in the first form while an offered key is free, else in the second.
    ///
    /// # Errors
    /// [`NotTaken`] if what was offered is no key.
    pub fn seal(&mut self, said: &[u8], rng: &mut dyn CryptoRng) -> Result<Envelope, NotTaken> {
        self.last_sent += 1;
        let number = self.last_sent;
        let (bound, filled) = (bound_to(self.run, number), fill(said)?);
        let (form, sealed) = match self.free.pop_front() {
            Some((key, theirs)) => {
                let own = Secret::make(rng);
                let public = public_of(&own);
                let shared = KeyPair::new(&own)
                    .agree(theirs.as_bytes())
                    .map_err(|_| NotTaken)?;
                let once = agreed_key(&shared, self.run, key, theirs, public);
                let sealed = aead::seal(&once, &NONCE, &bound, &filled);
                (Form::Agreed { key, public }, sealed)
            }
            None => {
                let (to, info) = (self.lasting.as_bytes(), labels::TYPED_HPKE.as_bytes());
                let sealed = hpke::seal(to, info, &bound, &filled, rng);
                (Form::Lasting, sealed.map_err(|_| NotTaken)?)
            }
        };
        Ok(Envelope {
            run: self.run,
            number,
            form,
            sealed,
        })
    }
}

fn public_of(secret: &Secret) -> PublicKey {
    PublicKey::new(KeyPair::new(secret).public())
}

fn agreed_key(
    shared: &Secret,
    run: Run,
    number: u64,
    workers: PublicKey,
    pages: PublicKey,
) -> Secret {
    let mut context = run.as_bytes().to_vec();
    context.extend(number.to_be_bytes());
    context.extend(workers.as_bytes());
    context.extend(pages.as_bytes());
    derive_key(shared, labels::TYPED_AGREED, &context)
}

fn bound_to(run: Run, number: u64) -> Vec<u8> {
    let mut bound = run.as_bytes().to_vec();
    bound.extend(number.to_be_bytes());
    bound
}

/// Its length, what is said, and zeros.
fn fill(said: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotTaken> {
    let length = u32::try_from(said.len()).map_err(|_| NotTaken)?;
    let whole = (LENGTH + said.len()).next_multiple_of(FILLED_TO);
    let mut filled = Zeroizing::new(Vec::with_capacity(whole));
    filled.extend(length.to_be_bytes());
    filled.extend(said);
    filled.resize(whole, 0);
    Ok(filled)
}

fn empty(filled: &[u8]) -> Option<&[u8]> {
    let (length, rest) = filled.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.get(..length)
}

#[cfg(test)]
mod tests;
