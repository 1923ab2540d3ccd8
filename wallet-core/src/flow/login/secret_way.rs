//! Logging in by what an owner types: name and secret, or name and kit (OPAQUE, RFC 9807).

use super::super::{Desk, Flow, Next, Step};
use super::{Aim, Login, LoginState, SessionKeys};
use crate::books::Change;
use crate::notice::Kind;
use crate::owner::{OwnerSecret, OwnerStanding, Way};
use saifu_crypto::CryptoRng;
use saifu_crypto::opaque::{self, LoggingIn};
use saifu_protocol::RequestId;
use saifu_protocol::owner::{LoginFinish, LoginStart, OwnerName, Which, look_up, parties};
use zeroize::Zeroizing;

impl Login {
    /// Stretches the name: takes long.
    pub(super) fn begin(
        &self,
        secret: &OwnerSecret,
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let begun = OwnerName::new(&self.name).ok().and_then(|name| {
            let look_up = look_up(&name, self.safe, desk.stretch);
            let begun = opaque::log_in(secret.expose_secret().as_bytes(), rng).ok();
            begun.map(|(logging_in, ke1)| (look_up, logging_in, ke1))
        });
        let Some((look_up, logging_in, ke1)) = begun else {
            return self.end(OwnerStanding::Wrong, Some(Kind::SecretWrong), desk, rng);
        };
        let starting = LoginState::Starting {
            logging_in: Zeroizing::new(logging_in.expose_secret().to_vec()),
            start: LoginStart {
                look_up,
                which: self.which,
                ke1,
            },
            request: RequestId::make(rng),
        };
        self.go_on(starting, desk)
    }

    /// Stretches the secret. Whether it is right is known here, before the safe knows it.
    pub(super) fn meet(
        &self,
        logging_in: &[u8],
        start: &LoginStart,
        login: RequestId,
        ke2: &[u8; opaque::KE2_LEN],
        desk: &Desk<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Step {
        let typed = match &self.with {
            Some(Way::Secret { secret }) => Some(secret.expose_secret()),
            Some(Way::Kit { words }) => Some(words.expose_secret()),
            Some(Way::Passkey | Way::Terminal { .. }) | None => None,
        };
        let (Ok(logging_in), Some(typed)) = (logging_in.try_into().map(LoggingIn::new), typed)
        else {
            return Step::garbled();
        };
        let met = logging_in.finish(
            typed.as_bytes(),
            ke2,
            parties(&start.look_up, &self.safe),
            desk.stretch,
            rng,
        );
        let Ok(met) = met else {
            return self.not_met(desk, rng);
        };
        let finishing = LoginState::Finishing {
            finish: LoginFinish {
                login,
                ke3: met.ke3,
            },
            keys: SessionKeys {
                session: met.session_key,
                export: Some(met.export_key),
            },
            request: RequestId::make(rng),
        };
        self.go_on(finishing, desk)
    }

    /// It is not the newest secret there. It may be the one before, which costs a second guess to find out.
    fn not_met(&self, desk: &Desk<'_>, rng: &mut dyn CryptoRng) -> Step {
        let may_be_before = matches!(
            self.aim,
            Aim::Restore | Aim::Change { .. } | Aim::Ways(_) | Aim::Order { .. }
        );
        if self.which != Which::Newest || !may_be_before {
            return self.end(OwnerStanding::Wrong, Some(Kind::SecretWrong), desk, rng);
        }
        let before = Flow::Login(Self {
            which: Which::Previous,
            state: LoginState::Ready,
            ..self.clone()
        });
        Step::strict(alloc::vec![Change::Journal(desk.id, before)], Next::Again)
    }
}
