//! What passes between the page and the Worker. No key is ever part of it, and of the values only what the owner typed
//! or asked to see.

use saifu_wallet_core::intent::Intent;
use saifu_wallet_core::view::Part;
use serde::{Deserialize, Serialize};

/// From the page to the Worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToWorker {
    /// The owner wants something.
    Intent(#[serde(with = "as_json")] Intent),
    /// The wallet is looked at again: what waits may be tried at once.
    Encouraged,
    /// The owner wants the wallet here although another tab has it. That tab stops at once.
    TakeOver,
}

/// From the Worker to the page.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FromWorker {
    /// The Worker listens. Whatever was posted before this may be lost, so the page waits for it.
    Ready,
    /// Show these. Each replaces the part of its kind that was shown before.
    Parts(#[serde(with = "as_json")] Vec<Part>),
}

/// The wallet's own types travel as one text. Otherwise each would be compiled once more, to be read from JavaScript's
/// objects as well as from JSON.
mod as_json {
    use saifu_protocol::json;
    use serde::de::{DeserializeOwned, Error as _};
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use zeroize::Zeroizing;

    pub(super) fn serialize<T: Serialize, S: Serializer>(it: &T, to: S) -> Result<S::Ok, S::Error> {
        let text = Zeroizing::new(json::write(it));
        to.serialize_str(str::from_utf8(&text).map_err(S::Error::custom)?)
    }

    pub(super) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: DeserializeOwned,
        D: Deserializer<'de>,
    {
        let text = Zeroizing::new(String::deserialize(from)?);
        json::read(text.as_bytes()).map_err(D::Error::custom)
    }
}
