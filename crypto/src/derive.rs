//! Key derivation.

use crate::Secret;
use hkdf::Hkdf;
use sha2::Sha256;

/// HKDF-SHA-256 (RFC 5869): a key for the purpose `label` in the given `context`.
///
/// The label is length-prefixed, so no two pairs of label and context give the same key. Labels live in `saifu_protocol::labels`.
pub fn derive_key(root: &Secret, label: &str, context: &[u8]) -> Secret {
    let mut out = [0_u8; 32];
    let label_len = (label.len() as u64).to_be_bytes();
    Hkdf::<Sha256>::new(None, root.expose_secret())
        .expand_multi_info(&[&label_len, label.as_bytes(), context], &mut out)
        .expect("32 bytes are within HKDF-SHA-256's limit of 8160");
    Secret::new(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_and_context_do_not_run_into_each_other() {
        let root = Secret::new([1; 32]);
        assert_ne!(derive_key(&root, "ab", b"c"), derive_key(&root, "a", b"bc"));
        assert_eq!(derive_key(&root, "a", b"b"), derive_key(&root, "a", b"b"));
    }
}
