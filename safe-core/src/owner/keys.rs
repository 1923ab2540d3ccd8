//! The keys by which owners log in, and the identifiers of their credentials.

use super::state::CredentialId;
use crate::settings::SafeKeys;
use alloc::vec::Vec;
use saifu_crypto::Secret;
use saifu_crypto::derive::derive_key;
use saifu_crypto::opaque::Setup;
use saifu_protocol::owner::{EnrolmentId, LookUpId, Which};
use saifu_protocol::{PublicKey, SafeId, labels};

/// The keys. Making them takes two multiplications on the curve, so they are made where an owner asks, and not each time.
#[derive(Debug)]
pub struct OwnerKeys {
    pub(super) safe: SafeId,
    pub(super) setup: Setup,
    seed: Secret,
}

impl OwnerKeys {
    /// Those of a safe.
    pub fn of(keys: &SafeKeys) -> Self {
        let seed = keys.owners().clone();
        Self {
            safe: keys.id(),
            setup: Setup::derive(&derive_key(&seed, labels::OWNER_SETUP, b"")),
            seed,
        }
    }

    /// The credential of an enrolment. By the account it is one that nobody else can have evaluated: with one challenge in
    /// hand, free evaluations of its credential were free guesses.
    pub(super) fn credential(
        &self,
        look_up: &LookUpId,
        account: &PublicKey,
        enrolment: &EnrolmentId,
    ) -> CredentialId {
        let mut context = Vec::with_capacity(80);
        context.extend_from_slice(look_up.as_bytes());
        context.extend_from_slice(account.as_bytes());
        context.extend_from_slice(enrolment.as_bytes());
        self.id(labels::OWNER_CREDENTIAL, &context)
    }

    /// The credential of a secret that is not there: the same each time, as it is for one that is there.
    pub(super) fn fake(&self, look_up: &LookUpId, which: Which) -> CredentialId {
        let mut context = look_up.as_bytes().to_vec();
        context.push(match which {
            Which::Newest => 0,
            Which::Previous => 1,
            Which::Kit => 2,
        });
        self.id(labels::OWNER_FAKE, &context)
    }

    fn id(&self, label: &str, context: &[u8]) -> CredentialId {
        CredentialId::new(*derive_key(&self.seed, label, context).expose_secret())
    }
}
