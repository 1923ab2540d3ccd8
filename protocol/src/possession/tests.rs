//! The tree is that of RFC 9162, and shows what it should.

use super::*;
use alloc::vec;

fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

fn node(text: &str) -> Node {
    Node::new(hex(text).try_into().unwrap())
}

/// The leaves and roots with which the programs of Certificate Transparency test their trees (google/certificate-transparency,
/// `merkle_tree_test.cc`): leaves of different lengths, which no object has.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn tree_over(leaves: &[&str]) -> Tree {
    let level: Vec<Node> = leaves
        .iter()
        .map(|leaf| Node::of_chunk(&hex(leaf)))
        .collect();
    Tree::above(level)
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    for (count, root) in ROOTS.iter().enumerate() {
        let tree = tree_over(&LEAVES[..=count]);
        assert_eq!(tree.root(), Some(node(root)), "{} leaves", count + 1);
    }
}

#[test]
fn inclusion_proofs_are_those_of_certificate_transparency() {
    let check = |place: usize, of: usize, path: &[&str]| {
        let want: Vec<Node> = path.iter().map(|it| node(it)).collect();
        assert_eq!(tree_over(&LEAVES[..of]).path(place), want);
    };
    check(0, 1, &[]);
    check(
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    );
    check(
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
    check(
        2,
        3,
        &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    );
}

/// The tree as RFC 9162 defines it: split at the largest power of two below the number of leaves.
fn by_recursion(leaves: &[Node]) -> Node {
    match leaves {
        [] => Node::new(sha256(&[])),
        [leaf] => *leaf,
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            Node::of_two(&by_recursion(left), &by_recursion(right))
        }
    }
}

#[test]
fn every_chunk_of_every_small_object_is_shown_and_no_other_passes_for_it() {
    for count in 1..=33_u32 {
        let chunk = u32::try_from(AUDIT_CHUNK_BYTES).unwrap();
        // The last chunk has one byte, or is whole.
        for size in [(count - 1) * chunk + 1, count * chunk] {
            let object: Vec<u8> = (0..size).map(|at| (at / 7) as u8).collect();
            let said = Possession::of(&object).unwrap();
            let leaves: Vec<Node> = object
                .chunks(AUDIT_CHUNK_BYTES)
                .map(Node::of_chunk)
                .collect();
            assert_eq!(said.root, by_recursion(&leaves));
            assert_eq!(said.chunks(), count);
            let places: Vec<u32> = (0..count).collect();
            let shown = said.show(&object, &places).unwrap();
            assert!(said.is_shown(&places, &shown));
            for (place, it) in places.iter().zip(&shown) {
                let check = |shown: Shown| assert!(!said.is_shown(&[*place], &[shown]));
                for other in places.iter().filter(|other| *other != place) {
                    assert!(!said.is_shown(&[*other], core::slice::from_ref(it)));
                }
                let mut altered = it.clone();
                altered.bytes[0] ^= 1;
                check(altered);
                let mut longer = it.clone();
                longer.bytes.push(0);
                check(longer);
                let mut longer = it.clone();
                longer.path.push(Node::new([0; 32]));
                check(longer);
                if !it.path.is_empty() {
                    let mut shorter = it.clone();
                    shorter.path.pop();
                    check(shorter);
                    let mut other = it.clone();
                    other.path[0] = Node::new([0; 32]);
                    check(other);
                }
            }
            assert!(!said.is_shown(&places, &shown[1..]));
            assert!(said.show(&object, &[count]).is_none());
        }
    }
}

#[test]
fn a_node_does_not_pass_for_a_chunk() {
    // Without the first bytes two nodes, one after the other, would be a chunk of a smaller tree.
    let object = [7; 64];
    let leaves: Vec<Node> = object.chunks(32).map(Node::of_chunk).collect();
    let two: Vec<u8> = leaves.iter().flat_map(|it| *it.as_bytes()).collect();
    assert_ne!(Node::of_chunk(&two), Node::of_two(&leaves[0], &leaves[1]));
}

#[test]
fn what_is_not_whole_is_not_shown() {
    let object = vec![1; 2_000];
    let said = Possession::of(&object).unwrap();
    assert!(said.matches(&object));
    for at in [0, 1_999] {
        let mut altered = object.clone();
        altered[at] ^= 1;
        assert!(!said.matches(&altered));
        assert!(said.show(&altered, &[3]).is_none());
    }
    assert!(!said.matches(&object[1..]));
    assert!(!said.matches(&[]));
    assert_eq!(Possession::of(&[]), None);
    assert_eq!(Possession::of(&vec![0; MAX_OBJECT_BYTES + 1]), None);
}

#[test]
fn the_claim_is_root_chunk_and_size_and_nothing_nobody_makes() {
    let said = Possession::of(&[5; 300]).unwrap();
    let text = crate::json::write_text(&said);
    assert_eq!(
        text,
        alloc::format!("[\"{}\",256,300]", said.root),
        "it lies in certificates for years"
    );
    assert_eq!(crate::json::read(text.as_bytes()), Ok(said));
    for (chunk, size) in [
        (0_u64, 300_u64),
        (256, 0),
        (u64::try_from(MAX_AUDIT_CHUNK_BYTES).unwrap() + 1, 300),
        (256, u64::try_from(MAX_OBJECT_BYTES).unwrap() + 1),
    ] {
        let text = alloc::format!("[\"{}\",{chunk},{size}]", said.root);
        assert!(
            crate::json::read::<Possession>(text.as_bytes()).is_err(),
            "{text}"
        );
    }
}

/// With how much chance a safe is caught that has lost so many of so many chunks, if `drawn` of them are drawn, each once. For
/// many chunks it is 1 − (1 − x)ⁿ, with x as the share that was lost.
#[allow(clippy::float_arithmetic)] // A chance is no amount.
fn chance_of_being_caught(chunks: u32, lost: u32, drawn: u32) -> f64 {
    let kept = chunks.saturating_sub(lost);
    let unseen = (0..drawn.min(chunks)).map(|nth| {
        let (good, left) = (kept.saturating_sub(nth), chunks - nth);
        f64::from(good) / f64::from(left)
    });
    1.0 - unseen.product::<f64>()
}

#[test]
fn chances_of_being_caught_are_those_of_the_table_in_the_protocol() {
    // docs/protocol.md, "Audits": per cent, cut after one digit, and never quite certain. Of 4,096 chunks, the most there are.
    let table = [
        // Lost in per cent, and the chance with 16 drawn, after one audit, four, and a year of weeks.
        (50, [99.9, 99.9, 99.9]),
        (20, [97.2, 99.9, 99.9]),
        (10, [81.4, 99.8, 99.9]),
        (5, [55.9, 96.2, 99.9]),
        (1, [14.5, 46.6, 99.9]),
    ];
    for (per_cent, want) in table {
        let once = chance_of_being_caught(4_096, 4_096 * per_cent / 100, 16);
        let rough = 1.0 - (1.0 - f64::from(per_cent) / 100.0).powi(16);
        assert!((once - rough).abs() < 0.005, "{once} {rough}");
        let got = [1, 4, 52].map(|audits| 1.0 - (1.0 - once).powi(audits));
        let cut = got.map(|chance| f64::from((chance * 1_000.0).min(999.0) as u32) / 10.0);
        assert_eq!(cut, want, "{per_cent} % lost");
    }
    // What has no more chunks than are drawn is looked at whole.
    for chunks in 1..=16 {
        assert_eq!(chance_of_being_caught(chunks, 1, 16), 1.0);
    }
    assert_eq!(chance_of_being_caught(4_096, 0, 16), 0.0);
}
