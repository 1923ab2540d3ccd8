//! What a safe says of itself, to any wallet.

use super::scene::ensure;
use crate::wallet::{Check, Wallet, problem_of};
use saifu_protocol::message::Route;
use saifu_protocol::problem::Code;

pub(super) fn describes_itself(wallet: &Wallet) -> Check {
    wallet.get("/.well-known/electronic-safe")?;
    let keys = wallet.get("/jwks.json")?;
    let keys: serde_json::Value = serde_json::from_slice(&keys.body).map_err(|e| e.to_string())?;
    ensure!(
        keys["keys"][0]["x"] == wallet.public().to_string(),
        "jwks.json has another key than the descriptor"
    );
    wallet.get("/openapi.json")?;
    Ok(())
}

pub(super) fn headers(wallet: &Wallet) -> Check {
    for answer in [
        wallet.get("/.well-known/electronic-safe")?,
        wallet.get("/no-such-address")?,
        wallet.options(Route::Register.path())?,
        wallet.post(Route::Register.path(), "", "", b"")?,
    ] {
        let has =
            |name: &str, value: &str| answer.headers.iter().any(|(n, v)| n == name && v == value);
        ensure!(
            has("access-control-allow-origin", "*"),
            "no access for other origins"
        );
        ensure!(has("cache-control", "no-store"), "may be cached");
    }
    let preflight = wallet.options(Route::Register.path())?;
    let allowed = preflight
        .headers
        .iter()
        .find(|(name, _)| name == "access-control-allow-headers")
        .map(|(_, value)| value.as_str())
        .unwrap_or_default();
    for name in ["authorization", "content-type", "idempotency-key"] {
        ensure!(allowed.contains(name), "{name} may not be sent");
    }
    Ok(())
}

pub(super) fn unknown_address(wallet: &Wallet) -> Check {
    for path in ["/no-such-address", "/v1/nothing"] {
        ensure!(
            problem_of(&wallet.get(path)?)?.code == Code::NoRoute,
            "{path}"
        );
    }
    // A sealed route takes POST only.
    let answer = wallet.post("/jwks.json", "", "", b"")?;
    ensure!(
        problem_of(&answer)?.code == Code::NoRoute,
        "POST /jwks.json"
    );
    Ok(())
}
