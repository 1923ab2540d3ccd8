//! Orders, the wallet's side: the key by which a safe knows its owner's, another for each part at each safe, and what comes
//! back for one.

use super::Note;
use crate::books::{Books, CertificateBody, CertificateItem, Identity, Safe, id_of_entry};
use crate::group::PartOf;
use crate::ids::ItemId;
use crate::port::Body;
use saifu_crypto::Secret;
use saifu_crypto::derive::derive_key;
use saifu_crypto::sign::SigningKey;
use saifu_protocol::certificate::Certificate;
use saifu_protocol::order::Handed;
use saifu_protocol::{PublicKey, SafeId, json, labels};

/// The key whose orders a safe obeys for one part of a backup. Only the root gives it, and no two of them show that they are of
/// one owner.
pub(crate) fn order_key(root: &Secret, safe: SafeId, of: PartOf) -> SigningKey {
    let mut context = safe.as_bytes().to_vec();
    context.extend_from_slice(&json::write(&of));
    SigningKey::derive(&derive_key(root, labels::ORDER_KEY, &context))
}

/// Its public half, which goes to the safe with the part.
pub(crate) fn orders(books: &Books, safe: SafeId, of: Option<PartOf>) -> Option<PublicKey> {
    let root = books.identity().map(Identity::root)?;
    Some(PublicKey::new(order_key(&root, safe, of?).public()))
}

/// The certificate of a part that was ordered, as the wallet keeps it; the same as a list would have brought. `None`: what came
/// is not that part, whatever the safe says.
pub(crate) fn certificate_of(
    books: &Books,
    safe: &Safe,
    root: &Secret,
    of: PartOf,
    handed: &Handed,
) -> Option<(ItemId, CertificateItem, Body)> {
    let certificate = Certificate::verify(&handed.certificate, &safe.signing_key).ok()?;
    let claims = certificate.claims();
    if claims.address != safe.address || !claims.hash.matches(&handed.object) {
        return None;
    }
    let note = Note::open(handed.note.as_ref()?, root, safe.id, claims.holder)?;
    let part = note.part.as_ref()?;
    let known = books.group(of.group)?;
    if part.of != of || !part.fits(claims) || !part.group().is_as_planned(known) {
        return None;
    }
    let mut item = CertificateItem::of(&certificate, handed.object.len(), None);
    item.part = Some(of);
    let body: CertificateBody = note.body(&handed.certificate);
    Some((id_of_entry(claims), item, body.write()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::GroupId;
    use saifu_protocol::certificate::ObjectClass;

    #[test]
    fn each_part_at_each_safe_has_a_key_of_its_own_for_ever() {
        let of = PartOf {
            group: GroupId::new([2; 16]),
            class: ObjectClass::Value,
            index: 0,
        };
        let key = |root, safe, of| {
            let key = order_key(&Secret::new([root; 32]), SafeId::new([safe; 32]), of);
            PublicKey::new(key.public())
        };
        let others = [
            key(1, 4, of),
            key(2, 3, of),
            key(1, 3, PartOf { index: 1, ..of }),
            key(
                1,
                3,
                PartOf {
                    class: ObjectClass::Piece,
                    ..of
                },
            ),
            key(
                1,
                3,
                PartOf {
                    group: GroupId::new([5; 16]),
                    ..of
                },
            ),
        ];
        assert!(others.iter().all(|other| *other != key(1, 3, of)));
        // Safes keep it for years: were it another, they would obey nobody.
        let text = r#"{"group":"AgICAgICAgICAgICAgICAg","class":"value","index":0}"#;
        assert_eq!(json::write_text(&of), text);
        let computed_elsewhere = "Won_b0U-Fwic4g0Xq-lTDQ1iDF1Bsy3wMIefF5xhQl8";
        let pinned = saifu_protocol::b64::encode(key(1, 3, of).as_bytes());
        assert_eq!(pinned, computed_elsewhere);
    }
}
