//! The wallet's side. Its states are bytes, so that a flow can be interrupted and go on.

use super::older::Drawn;
use super::{
    KE1_LEN, KE2_LEN, KE3_LEN, NoEntry, NotOpaque, Parties, REQUEST_LEN, RESPONSE_LEN, Record,
    Suite, array, first_half, hidden_bytes,
};
use crate::Secret;
use crate::stretch::Stretch;
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientLoginFinishResult, ClientRegistration,
    ClientRegistrationFinishParameters, ClientRegistrationFinishResult, CredentialResponse,
    RegistrationResponse,
};
use rand_core::CryptoRng;
use zeroize::Zeroize as _;

hidden_bytes!(
    /// An enrolment that was begun.
    Enrolling, 64
);
hidden_bytes!(
    /// A login that was begun.
    LoggingIn, 192
);

/// What an enrolment gives.
#[derive(Debug)]
pub struct Enrolled {
    /// For the safe to keep.
    pub record: Record,
    /// The key under which the wallet seals what the safe keeps beside the record. Every later login gives it again.
    pub export_key: Secret,
}

/// What a login gives.
#[derive(Debug)]
pub struct LoggedIn {
    /// The last message, for the safe.
    pub ke3: [u8; KE3_LEN],
    /// The key that the safe has too, once it has the last message.
    pub session_key: Secret,
    /// As in [`Enrolled`].
    pub export_key: Secret,
}

/// Begins an enrolment; returns what to keep and what to send.
///
/// # Errors
/// [`NotOpaque`] for a password longer than 64 KiB.
pub fn enrol(
    password: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(Enrolling, [u8; REQUEST_LEN]), NotOpaque> {
    let started =
        ClientRegistration::<Suite>::start(&mut Drawn(rng), password).map_err(|_| NotOpaque)?;
    let mut state = started.state.serialize();
    let enrolling = Enrolling(array(&state));
    state.zeroize();
    Ok((enrolling, array(&started.message.serialize())))
}

impl Enrolling {
    /// Ends the enrolment with the password that it was begun with. Stretches: takes long.
    ///
    /// # Errors
    /// [`NotOpaque`] when the safe answered with something else.
    pub fn finish(
        &self,
        password: &[u8],
        response: &[u8; RESPONSE_LEN],
        parties: Parties<'_>,
        stretch: Stretch,
        rng: &mut dyn CryptoRng,
    ) -> Result<Enrolled, NotOpaque> {
        let mut finished = self.end(password, response, parties, stretch, rng)?;
        let export_key = first_half(&finished.export_key);
        finished.export_key.zeroize();
        Ok(Enrolled {
            record: Record(array(&finished.message.serialize())),
            export_key,
        })
    }

    pub(super) fn end(
        &self,
        password: &[u8],
        response: &[u8; RESPONSE_LEN],
        parties: Parties<'_>,
        stretch: Stretch,
        rng: &mut dyn CryptoRng,
    ) -> Result<ClientRegistrationFinishResult<Suite>, NotOpaque> {
        let state = ClientRegistration::<Suite>::deserialize(&self.0).map_err(|_| NotOpaque)?;
        let response = RegistrationResponse::deserialize(response).map_err(|_| NotOpaque)?;
        let parameters =
            ClientRegistrationFinishParameters::new(parties.identifiers(), Some(&stretch));
        state
            .finish(&mut Drawn(rng), password, response, parameters)
            .map_err(|_| NotOpaque)
    }
}

/// Begins a login; returns what to keep and what to send.
///
/// # Errors
/// As [`enrol`].
pub fn log_in(
    password: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(LoggingIn, [u8; KE1_LEN]), NotOpaque> {
    let started = ClientLogin::<Suite>::start(&mut Drawn(rng), password).map_err(|_| NotOpaque)?;
    let mut state = started.state.serialize();
    let logging_in = LoggingIn(array(&state));
    state.zeroize();
    Ok((logging_in, array(&started.message.serialize())))
}

impl LoggingIn {
    /// Ends the login with the password that it was begun with. Stretches: takes long.
    ///
    /// # Errors
    /// [`NoEntry`] when this password does not open at this safe.
    pub fn finish(
        &self,
        password: &[u8],
        ke2: &[u8; KE2_LEN],
        parties: Parties<'_>,
        stretch: Stretch,
        rng: &mut dyn CryptoRng,
    ) -> Result<LoggedIn, NoEntry> {
        let mut finished = self.end(password, ke2, parties, stretch, rng)?;
        let logged_in = LoggedIn {
            ke3: array(&finished.message.serialize()),
            session_key: first_half(&finished.session_key),
            export_key: first_half(&finished.export_key),
        };
        finished.session_key.zeroize();
        finished.export_key.zeroize();
        Ok(logged_in)
    }

    pub(super) fn end(
        &self,
        password: &[u8],
        ke2: &[u8; KE2_LEN],
        parties: Parties<'_>,
        stretch: Stretch,
        rng: &mut dyn CryptoRng,
    ) -> Result<ClientLoginFinishResult<Suite>, NoEntry> {
        let state = ClientLogin::<Suite>::deserialize(&self.0).map_err(|_| NoEntry)?;
        let ke2 = CredentialResponse::deserialize(ke2).map_err(|_| NoEntry)?;
        let parameters = ClientLoginFinishParameters::new(
            Some(parties.context),
            parties.identifiers(),
            Some(&stretch),
        );
        state
            .finish(&mut Drawn(rng), password, ke2, parameters)
            .map_err(|_| NoEntry)
    }
}
