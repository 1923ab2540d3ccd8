//! Every label under which something is derived, sealed or signed. One file, so that no two purposes share one.

/// HPKE `info` of a request body.
pub const REQUEST_INFO: &str = "saifu/1/request";
/// HPKE `info` of a reply body.
pub const REPLY_INFO: &str = "saifu/1/reply";
/// Key that seals the records of the wallet store, derived from the master key.
pub const RECORDS_KEY: &str = "saifu/1/wallet/records";
/// What the sealed master key of the wallet store is bound to.
pub const MASTER_KEY_WRAP: &str = "saifu/1/wallet/master-key";

/// JWS `typ` of a registration certificate.
pub const CERTIFICATE_TYP: &str = "saifu-cert+jwt";
/// JWS `typ` of a receipt of a safe.
pub const RECEIPT_TYP: &str = "saifu-receipt+jwt";
/// JWS `typ` of a signed request.
pub const REQUEST_TYP: &str = "saifu-request+jwt";
/// JWS `typ` of the proof that a certificate's holder presents it.
pub const PRESENTATION_TYP: &str = "saifu-presentation+jwt";
/// JWS `typ` of the attestation in a safe's descriptor.
pub const SAFE_TYP: &str = "saifu-safe+jwt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_labels_are_the_same() {
        let mut all = [
            REQUEST_INFO,
            REPLY_INFO,
            RECORDS_KEY,
            MASTER_KEY_WRAP,
            CERTIFICATE_TYP,
            RECEIPT_TYP,
            REQUEST_TYP,
            PRESENTATION_TYP,
            SAFE_TYP,
        ];
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
