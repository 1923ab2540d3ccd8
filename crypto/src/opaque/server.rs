//! The safe's side.

use super::older::{Derived, Drawn};
use super::{
    KE1_LEN, KE2_LEN, KE3_LEN, NoEntry, NotOpaque, Parties, RECORD_LEN, REQUEST_LEN, RESPONSE_LEN,
    Suite, array, first_half, hidden_bytes,
};
use crate::Secret;
use core::fmt;
use opaque_ke::{
    CredentialFinalization, CredentialRequest, RegistrationRequest, RegistrationUpload,
    ServerLogin, ServerLoginFinishResult, ServerLoginParameters, ServerRegistration, ServerSetup,
};
use rand_core::CryptoRng;
use zeroize::Zeroize as _;

/// The keys of a safe for OPAQUE: the seed of its OPRF keys and its own pair. Without them no record opens any more, and
/// with them and the records everybody may guess at leisure.
pub struct Setup(pub(super) ServerSetup<Suite>);

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Setup(redacted)")
    }
}

/// What a safe keeps of an owner's secret. Whoever has it *and* the safe's [`Setup`] can try guesses at it.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(pub(super) [u8; RECORD_LEN]);

impl Record {
    /// Takes a record that came, or that was kept.
    ///
    /// # Errors
    /// [`NotOpaque`] when it is none: no challenge could be made from it.
    pub fn read(bytes: &[u8; RECORD_LEN]) -> Result<Self, NotOpaque> {
        RegistrationUpload::<Suite>::deserialize(bytes).map_err(|_| NotOpaque)?;
        Ok(Self(*bytes))
    }

    /// The bytes, to be sent or kept.
    pub fn as_bytes(&self) -> &[u8; RECORD_LEN] {
        &self.0
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Record(redacted)")
    }
}

hidden_bytes!(
    /// What the last message of a login must be, and the session's key if it is that.
    Expected, 128
);

impl Setup {
    /// The keys that belong to `seed`, the same each time.
    pub fn derive(seed: &Secret) -> Self {
        Self(ServerSetup::new(&mut Derived::new(seed)))
    }

    /// Answers the request of an enrolment. To be called for a `credential` only as long as there is no record under it.
    ///
    /// # Errors
    /// [`NotOpaque`] when it is no request.
    pub fn respond(
        &self,
        credential: &[u8],
        request: &[u8; REQUEST_LEN],
    ) -> Result<[u8; RESPONSE_LEN], NotOpaque> {
        let request = RegistrationRequest::deserialize(request).map_err(|_| NotOpaque)?;
        let started =
            ServerRegistration::start(&self.0, request, credential).map_err(|_| NotOpaque)?;
        Ok(array(&started.message.serialize()))
    }

    /// Answers the first message of a login; returns what to keep and what to send. Without a record the answer is one
    /// that no password opens, and looks like every other.
    ///
    /// # Errors
    /// [`NotOpaque`] when it is no such message; for a given message with a record as without one.
    pub fn challenge(
        &self,
        credential: &[u8],
        record: Option<&Record>,
        ke1: &[u8; KE1_LEN],
        parties: Parties<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Expected, [u8; KE2_LEN]), NotOpaque> {
        let record = record
            .map(|record| ServerRegistration::deserialize(&record.0))
            .transpose()
            .map_err(|_| NotOpaque)?;
        let ke1 = CredentialRequest::deserialize(ke1).map_err(|_| NotOpaque)?;
        let started = ServerLogin::start(
            &mut Drawn(rng),
            &self.0,
            record,
            ke1,
            credential,
            parameters(parties),
        )
        .map_err(|_| NotOpaque)?;
        let mut state = started.state.serialize();
        let expected = Expected(array(&state));
        state.zeroize();
        Ok((expected, array(&started.message.serialize())))
    }
}

impl Expected {
    /// Takes the last message of a login; returns the session's key.
    ///
    /// # Errors
    /// [`NoEntry`] when it is not what was expected.
    pub fn finish(&self, ke3: &[u8; KE3_LEN], parties: Parties<'_>) -> Result<Secret, NoEntry> {
        let mut finished = self.end(ke3, parties)?;
        let session_key = first_half(&finished.session_key);
        finished.session_key.zeroize();
        Ok(session_key)
    }

    pub(super) fn end(
        &self,
        ke3: &[u8; KE3_LEN],
        parties: Parties<'_>,
    ) -> Result<ServerLoginFinishResult<Suite>, NoEntry> {
        let state = ServerLogin::<Suite>::deserialize(&self.0).map_err(|_| NoEntry)?;
        let ke3 = CredentialFinalization::deserialize(ke3).map_err(|_| NoEntry)?;
        state.finish(ke3, parameters(parties)).map_err(|_| NoEntry)
    }
}

fn parameters(parties: Parties<'_>) -> ServerLoginParameters<'_, '_> {
    ServerLoginParameters {
        context: Some(parties.context),
        identifiers: parties.identifiers(),
    }
}
