//! What a wallet derives for the devices by which its owner logs in, and what it calls them. Pure.
//!
//! ```text
//! authenticator ──PRF, salt of passkeys──▶  a secret for each passkey  ──HKDF, safe──▶ key of what the safe keeps for it
//! authenticator ──PRF, salt of terminals──▶ the terminal's secret ─┬─HKDF, safe──▶ key of what the safe keeps for it
//!                                                                  └─HKDF, safe──▶ the key it signs with there
//! ```
//! In scope: keys, names, and the form in which browsers show a passkey's key. Not in scope: the ceremonies themselves, which
//! are the page's, and the conversation with a safe (`flow::Login`).

use super::{OwnerSecret, Words};
use crate::books::secret;
use alloc::string::String;
use alloc::vec::Vec;
use saifu_crypto::derive::derive_key;
use saifu_crypto::sign::SigningKey;
use saifu_crypto::{CryptoRng, Secret, committed, hash};
use saifu_protocol::owner::{DeviceLabel, PasskeyAlgorithm, PasskeyKey};
use saifu_protocol::{SafeId, b64, labels};
use serde::{Deserialize, Serialize};

/// The longest name of a device, in characters.
pub const MAX_DEVICE_NAME_CHARS: usize = 40;

/// By what an owner logs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The recovery secret.
    Secret {
        /// Which.
        #[serde(rename = "words")]
        secret: OwnerSecret,
    },
    /// The recovery kit.
    Kit {
        /// Its words.
        words: Words,
    },
    /// A passkey, which the safe checks itself.
    Passkey,
    /// This wallet, which has authenticated its owner itself.
    Terminal {
        /// What its authenticator has derived, with the salt of terminals.
        #[serde(with = "secret")]
        secret: Secret,
    },
}

impl Way {
    /// By this secret.
    pub fn secret(secret: impl Into<OwnerSecret>) -> Self {
        let secret = secret.into();
        Self::Secret { secret }
    }

    /// Whether it takes a name, too.
    pub const fn needs_name(&self) -> bool {
        match self {
            Way::Secret { .. } | Way::Kit { .. } => true,
            Way::Passkey | Way::Terminal { .. } => false,
        }
    }
}

/// What an authenticator calls a passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialId(#[serde(with = "b64::bytes")] pub Vec<u8>);

/// With what an authenticator derives the secret of a passkey at a safe.
pub(crate) fn passkey_salt() -> [u8; 32] {
    hash::sha256(labels::DEVICE_PASSKEY_SALT.as_bytes())
}

/// With what an authenticator derives the secret of this wallet as a terminal.
pub fn terminal_salt() -> [u8; 32] {
    hash::sha256(labels::DEVICE_TERMINAL_SALT.as_bytes())
}

/// What seals what `safe` keeps for a device whose authenticator has derived this.
pub(crate) fn kept_key(derived: &Secret, safe: SafeId) -> Secret {
    derive_key(derived, labels::DEVICE_KEPT, safe.as_bytes())
}

/// The key with which a terminal signs at `safe`: another one at each, so that nothing joins them.
pub(crate) fn terminal_key(derived: &Secret, safe: SafeId) -> SigningKey {
    let seed = derive_key(derived, labels::DEVICE_TERMINAL_KEY, safe.as_bytes());
    SigningKey::derive(&seed)
}

/// What a passkey is for. It stands in the handle that an authenticator shows with every signature, so a wallet that could name
/// no passkey sees that the owner has chosen another one before a safe is asked; the safe itself is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(#[serde(with = "b64::array")] [u8; 8]);

/// Under what an authenticator files a passkey: bytes of its own, and its mark. WebAuthn allows 64.
pub type Handle = [u8; 40];

impl Mark {
    /// Of a passkey that this safe checks.
    pub(crate) fn of(safe: SafeId) -> Self {
        Self::derive(safe.as_bytes())
    }

    /// Of the one by which a wallet knows its owner, and signs for all safes.
    pub fn terminal() -> Self {
        Self::derive(b"terminal")
    }

    /// Of one that unlocks a wallet in its browser.
    pub fn lock() -> Self {
        Self::derive(b"lock")
    }

    fn derive(of: &[u8]) -> Self {
        let whole = hash::sha256(&[labels::DEVICE_MARK.as_bytes(), of].concat());
        let [a, b, c, d, e, f, g, h, ..] = whole;
        Self([a, b, c, d, e, f, g, h])
    }

    /// The handle of a passkey with this mark.
    pub fn handle(self, own: [u8; 32]) -> Handle {
        let mut handle = [0; 40];
        let (first, last) = handle.split_at_mut(own.len());
        first.copy_from_slice(&own);
        last.copy_from_slice(&self.0);
        handle
    }

    /// Whether this handle is of a passkey for something else. Those that were made before there were marks tell nothing.
    pub fn is_another(self, handle: &[u8]) -> bool {
        let marked: Option<&Handle> = handle.try_into().ok();
        marked.is_some_and(|handle| !handle.ends_with(&self.0))
    }
}

/// Under what an authenticator files the passkey of `safe`. The same on every attempt, so that a passkey whose enrolment came
/// to nothing is replaced by the next one.
pub(crate) fn user_handle(root: &Secret, safe: SafeId) -> Handle {
    let own = derive_key(root, labels::DEVICE_USER, safe.as_bytes());
    Mark::of(safe).handle(*own.expose_secret())
}

/// What an owner calls a device, as the safe keeps it; cut to what there is room for.
pub(crate) fn seal_label(
    root: &Secret,
    safe: SafeId,
    name: &str,
    rng: &mut dyn CryptoRng,
) -> Option<DeviceLabel> {
    let cut: String = name.chars().take(MAX_DEVICE_NAME_CHARS).collect();
    let aad = safe.as_bytes();
    let sealed = committed::seal(root, labels::DEVICE_LABEL, aad, cut.as_bytes(), rng);
    DeviceLabel::new(sealed)
}

/// What an owner calls a device; `None` if that was sealed by somebody else.
pub(crate) fn open_label(root: &Secret, safe: SafeId, label: &DeviceLabel) -> Option<String> {
    let aad = safe.as_bytes();
    let opened = committed::open(root, labels::DEVICE_LABEL, aad, label.as_bytes()).ok()?;
    String::from_utf8(opened).ok()
}

/// What stands before the key itself in a SubjectPublicKeyInfo (RFC 5480): P-256, uncompressed.
const SPKI_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
/// Likewise (RFC 8410): Ed25519.
const SPKI_ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A passkey as a browser shows it: its key as SubjectPublicKeyInfo, its algorithm as COSE numbers it. `None` if it is none that
/// safes check.
pub fn passkey(credential: Vec<u8>, cose: i32, spki: &[u8]) -> Option<PasskeyKey> {
    let (algorithm, prefix, len): (_, &[u8], usize) = match cose {
        -7 => (PasskeyAlgorithm::Es256, &SPKI_P256, 65),
        -8 => (PasskeyAlgorithm::Ed25519, &SPKI_ED25519, 32),
        _ => return None,
    };
    let key = spki.strip_prefix(prefix)?;
    (key.len() == len).then(|| PasskeyKey {
        credential,
        algorithm,
        key: key.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use saifu_crypto::testing::Counting;

    #[test]
    fn each_safe_gets_keys_of_its_own_and_no_two_purposes_share_one() {
        let derived = Secret::new([1; 32]);
        let (one, other) = (SafeId::new([1; 32]), SafeId::new([2; 32]));
        let of = |safe| {
            let signs = terminal_key(&derived, safe).public();
            [
                *kept_key(&derived, safe).expose_secret(),
                signs,
                *derive_key(&derived, labels::DEVICE_USER, safe.as_bytes()).expose_secret(),
            ]
        };
        let mut all = [of(one), of(other)].concat();
        all.extend([passkey_salt(), terminal_salt()]);
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }

    /// Safes and authenticators keep what came of them for years. Computed by another program from the labels alone.
    #[test]
    fn what_is_derived_is_pinned() {
        let (derived, safe) = (Secret::new([1; 32]), SafeId::new([2; 32]));
        let kept = *kept_key(&derived, safe).expose_secret();
        let handle = user_handle(&derived, safe);
        let all: [&[u8]; 6] = [
            &passkey_salt(),
            &terminal_salt(),
            &kept,
            &terminal_key(&derived, safe).public(),
            &handle[..32],
            &handle[32..],
        ];
        assert_eq!(
            all.map(saifu_protocol::b64::encode),
            [
                "ne3HiuuTJDNRVUOGmiutDxIShcRUeP6zxC9i-rElcOU",
                "FqCHbB34VSl88b-uBY28MxnseNEUYcp-dVSHVo8IugI",
                "kgHclYJ8WMOsuQHcX8R_M8SMjJmSn5bjT2t9Gle7yVU",
                "84O__qIASk2M1eEwJlv227kFp7cKS_Vyudx7MM5URn4",
                "OuA9X_5pLU9Kb-ZPcgiaN307OMbkJaCtPJSeF6NSyEg",
                "5SRIDJu5-AA",
            ]
        );
    }

    #[test]
    fn a_handle_says_what_its_passkey_is_for_and_an_older_one_says_nothing() {
        let (one, other) = (SafeId::new([1; 32]), SafeId::new([2; 32]));
        let marks = [
            Mark::of(one),
            Mark::of(other),
            Mark::terminal(),
            Mark::lock(),
        ];
        let root = Secret::new([1; 32]);
        assert!(!Mark::of(one).is_another(&user_handle(&root, one)));
        assert!(Mark::of(one).is_another(&user_handle(&root, other)));
        for (at, mark) in marks.into_iter().enumerate() {
            for (place, asked) in marks.into_iter().enumerate() {
                let handle = mark.handle([7; 32]);
                assert_eq!(asked.is_another(&handle), at != place);
            }
            for before in [&[][..], &[7; 16], &[7; 32]] {
                assert!(!mark.is_another(before));
            }
        }
    }

    #[test]
    fn the_longest_name_fits_and_reads_back_at_its_safe_alone() {
        let (root, safe) = (Secret::new([1; 32]), SafeId::new([1; 32]));
        let name = "🔑".repeat(MAX_DEVICE_NAME_CHARS);
        let seal = |name: &str| seal_label(&root, safe, name, &mut Counting(0));
        let label = seal(&name).unwrap();
        assert_eq!(open_label(&root, safe, &label).as_ref(), Some(&name));
        assert_eq!(open_label(&root, SafeId::new([2; 32]), &label), None);
        assert_eq!(open_label(&Secret::new([2; 32]), safe, &label), None);
        let longer = seal(&(name.clone() + "x")).unwrap();
        assert_eq!(open_label(&root, safe, &longer), Some(name));
    }

    #[test]
    fn keys_of_browsers_are_read_and_nothing_else_is() {
        let of = |cose, prefix: &[u8], len| {
            let spki = [prefix, &alloc::vec![7; len]].concat();
            passkey(alloc::vec![1], cose, &spki)
        };
        assert_eq!(of(-7, &SPKI_P256, 65).unwrap().key, [7; 65]);
        assert_eq!(of(-8, &SPKI_ED25519, 32).unwrap().key, [7; 32]);
        for (cose, prefix, len) in [
            (-7, &SPKI_P256[..], 64),
            (-7, &SPKI_ED25519[..], 65),
            (-8, &SPKI_ED25519[..], 33),
            (-257, &SPKI_P256[..], 65),
        ] {
            assert_eq!(of(cose, prefix, len), None);
        }
    }
}
