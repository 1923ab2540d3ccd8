//! A channel: what is asked in an owner's session, readable only to who has both the safe's key and the session's.
//!
//! A request is sealed to the safe's lasting key; whoever gets that key later opens what they have recorded. Inside a channel
//! the items are sealed once more, under a key that both sides derive from the session's. That key was never sent, and comes of
//! keys which both made for once, so when both have forgotten the session nobody opens the items any more.
//!
//! ```text
//! HPKE to the safe ┬ reply_to                     in the clear to the safe: it must be able to say that the session is over
//!                  └ within ┬ session
//!                           └ sealed ── the items, bound to safe, account, request, route, session and reply_to
//! ```
//! A channel keeps secret and allows nothing: what an act in a session takes besides, its proof, it takes here too. Who has what
//! the reply is sealed to is bound, so that nobody reads an answer by putting the sealed items into a request of their own.

use crate::envelope::Binding;
use crate::ids::{PublicKey, SessionId};
use crate::{b64, labels};
use alloc::vec::Vec;
use core::fmt;
use saifu_crypto::committed::{self, NotOpened};
use saifu_crypto::{CryptoRng, Secret};
use serde::{Deserialize, Serialize};

/// Items that only a session opens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Within {
    /// Which.
    pub session: SessionId,
    /// The items, sealed under the session's key.
    #[serde(with = "b64::bytes")]
    pub sealed: Vec<u8>,
}

/// A request body whose items only a session opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestWithin {
    /// The X25519 key the reply is sealed to.
    pub reply_to: PublicKey,
    /// The items.
    pub within: Within,
}

/// The request that sealed items belong to, and to no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Safe, route and request.
    pub binding: Binding,
    /// The account that signs the request.
    pub account: PublicKey,
    /// The key the reply is sealed to.
    pub reply_to: PublicKey,
}

impl Bound {
    fn bytes(&self, session: SessionId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160);
        bytes.extend_from_slice(session.as_bytes());
        bytes.extend_from_slice(self.account.as_bytes());
        bytes.extend_from_slice(self.reply_to.as_bytes());
        // Last, for it ends in the path, which alone has no fixed length.
        bytes.extend_from_slice(&self.binding.request_aad());
        bytes
    }
}

impl Within {
    /// Seals the items, as JSON, in a session.
    pub fn seal(
        session: SessionId,
        session_key: &Secret,
        bound: &Bound,
        items: &[u8],
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let aad = bound.bytes(session);
        let sealed = committed::seal(session_key, labels::OWNER_CHANNEL, &aad, items, rng);
        Self { session, sealed }
    }

    /// Opens them.
    ///
    /// # Errors
    /// [`NotOpened`]; why is nobody's business who sent it.
    pub fn open(&self, session_key: &Secret, bound: &Bound) -> Result<Vec<u8>, NotOpened> {
        let aad = bound.bytes(self.session);
        committed::open(session_key, labels::OWNER_CHANNEL, &aad, &self.sealed)
    }
}

impl fmt::Debug for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Within(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{RequestId, SafeId};
    use crate::json;
    use crate::message::Route;
    use saifu_crypto::testing::Counting;

    const ITEMS: &[u8] = br#"["7f3a-planted"]"#;
    const SESSION: SessionId = SessionId::new([8; 16]);

    fn bound() -> Bound {
        Bound {
            binding: Binding {
                safe: SafeId::new([1; 32]),
                route: Route::Register,
                request: RequestId::new([2; 16]),
            },
            account: PublicKey::new([3; 32]),
            reply_to: PublicKey::new([4; 32]),
        }
    }

    fn key() -> Secret {
        Secret::new([5; 32])
    }

    fn within() -> Within {
        Within::seal(SESSION, &key(), &bound(), ITEMS, &mut Counting(0))
    }

    #[test]
    fn items_open_in_their_session_and_request() {
        assert_eq!(within().open(&key(), &bound()).unwrap(), ITEMS);
        let sent = json::write(&within());
        let came: Within = json::read(&sent).unwrap();
        assert_eq!(came.open(&key(), &bound()).unwrap(), ITEMS);
    }

    #[test]
    fn items_of_another_request_do_not_open() {
        let binding = bound().binding;
        let others = [
            Bound {
                binding: Binding {
                    safe: SafeId::new([9; 32]),
                    ..binding
                },
                ..bound()
            },
            Bound {
                binding: Binding {
                    route: Route::Recover,
                    ..binding
                },
                ..bound()
            },
            Bound {
                binding: Binding {
                    request: RequestId::new([9; 16]),
                    ..binding
                },
                ..bound()
            },
            Bound {
                account: PublicKey::new([9; 32]),
                ..bound()
            },
            // Whoever would have the answer sealed to themselves.
            Bound {
                reply_to: PublicKey::new([9; 32]),
                ..bound()
            },
        ];
        for other in others {
            let opened = within().open(&key(), &other);
            assert_eq!(opened, Err(NotOpened::Altered), "{other:?}");
        }
    }

    #[test]
    fn items_of_another_session_do_not_open() {
        let renamed = Within {
            session: SessionId::new([9; 16]),
            ..within()
        };
        assert_eq!(renamed.open(&key(), &bound()), Err(NotOpened::Altered));
        let other = Secret::new([9; 32]);
        assert_eq!(within().open(&other, &bound()), Err(NotOpened::WrongKey));
    }

    #[test]
    fn truncated_and_altered_items_do_not_open() {
        let whole = within();
        for at in 0..whole.sealed.len() {
            let mut cut = whole.clone();
            cut.sealed.truncate(at);
            assert!(cut.open(&key(), &bound()).is_err(), "{at}");
            let mut altered = whole.clone();
            altered.sealed[at] ^= 1;
            assert!(altered.open(&key(), &bound()).is_err(), "{at}");
        }
    }

    #[test]
    fn the_same_items_are_never_sealed_to_the_same_bytes() {
        let again = Within::seal(SESSION, &key(), &bound(), ITEMS, &mut Counting(99));
        assert_ne!(again.sealed, within().sealed);
    }

    #[test]
    fn what_proves_a_session_is_no_key_of_its_channel() {
        // A proof travels in requests, and so in what a thief of the safe's key reads.
        let purpose = crate::owner::Purpose {
            safe: bound().binding.safe,
            account: bound().account,
            request: bound().binding.request,
            act: crate::owner::Act::List,
        };
        let proof = crate::owner::SessionProof::derive(&key(), &purpose);
        let key = Secret::new(*proof.as_bytes());
        assert_eq!(within().open(&key, &bound()), Err(NotOpened::WrongKey));
    }

    #[test]
    fn what_is_shown_of_it_says_nothing() {
        let request = RequestWithin {
            reply_to: bound().reply_to,
            within: within(),
        };
        let shown = alloc::format!("{request:?}");
        assert!(shown.contains("redacted"), "{shown}");
        assert!(!shown.contains("8, 8"), "{shown}");
    }
}
