//! The layer rule: which crate may reach which, read from `cargo metadata` for the wasm target.
//!
//! Without it one convenient `use` is enough to put a clock, a socket or a browser into a crate that decides, and the
//! simulation no longer simulates what runs.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The crates that decide.
const PURE: [&str; 4] = [
    "saifu-crypto",
    "saifu-protocol",
    "saifu-wallet-core",
    "saifu-safe-core",
];

/// Clocks, sources of randomness, input and output, executors.
const IMPURE: [&str; 11] = [
    "getrandom",
    "gloo-storage",
    "idb",
    "js-sys",
    "leptos",
    "tokio",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "web-sys",
    "web-time",
    "worker",
];

/// `rand` draws from the machine by its features alone. Without any it holds traits and what is computed from a seed that
/// was handed in, and `opaque-ke` names its randomness by those traits.
const RAND_WITH_FEATURES: &str = "rand with features";

/// What each crate of the workspace may use of the workspace.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("saifu-crypto", &[]),
    ("saifu-protocol", &["saifu-crypto"]),
    ("saifu-wallet-core", &["saifu-crypto", "saifu-protocol"]),
    ("saifu-safe-core", &["saifu-crypto", "saifu-protocol"]),
    (
        "saifu-wallet-web",
        &["saifu-crypto", "saifu-protocol", "saifu-wallet-core"],
    ),
    (
        "saifu-safe-worker",
        &["saifu-crypto", "saifu-protocol", "saifu-safe-core"],
    ),
];

/// Package name → names of the packages it needs to run. `rand` with any feature is `rand with features`.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--locked"])
        .args(["--filter-platform=wasm32-unknown-unknown"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .expect("cargo runs, since it runs this test");
    assert!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let nodes = list(&metadata["resolve"]["nodes"]);
    let names: BTreeMap<String, String> = nodes
        .iter()
        .map(|node| {
            let (id, has_features) = (text(&node["id"]), !list(&node["features"]).is_empty());
            let name = match names[&id].as_str() {
                "rand" if has_features => RAND_WITH_FEATURES,
                name => name,
            };
            (id, name.to_owned())
        })
        .collect();
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for node in nodes {
        let needed = list(&node["deps"]).into_iter().filter(|dep| {
            // Build and dev dependencies do not run in the browser or at a safe.
            list(&dep["dep_kinds"])
                .iter()
                .any(|kind| kind["kind"].is_null())
        });
        let needed = needed.map(|dep| names[&text(&dep["pkg"])].clone());
        graph
            .entry(names[&text(&node["id"])].clone())
            .or_default()
            .extend(needed);
    }
    graph
}

fn reach(graph: &BTreeMap<String, BTreeSet<String>>, from: &str) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from.to_owned()];
    while let Some(package) = next.pop() {
        for needed in graph.get(&package).into_iter().flatten() {
            if reached.insert(needed.clone()) {
                next.push(needed.clone());
            }
        }
    }
    reached
}

#[test]
fn crates_that_decide_reach_no_clock_no_chance_and_no_world() {
    let graph = graph();
    for pure in PURE {
        assert!(graph.contains_key(pure), "{pure} is gone");
        let reached = reach(&graph, pure);
        let impure: Vec<&str> = IMPURE
            .into_iter()
            .chain([RAND_WITH_FEATURES])
            .filter(|name| reached.contains(*name))
            .collect();
        assert!(impure.is_empty(), "{pure} reaches {impure:?}");
    }
}

#[test]
fn wallet_and_safe_meet_only_in_the_protocol() {
    let graph = graph();
    for (package, may_use) in MAY_USE {
        let ours = reach(&graph, package)
            .into_iter()
            .filter(|name| name.starts_with("saifu-"));
        for used in ours {
            assert!(may_use.contains(&used.as_str()), "{package} uses {used}");
        }
    }
}

#[test]
fn the_rule_would_notice() {
    let graph = graph();
    let reached = reach(&graph, "saifu-wallet-web");
    assert!(reached.contains("web-sys") && reached.contains("leptos"));
    // Tests draw their cases by it; it stands for a `rand` that draws.
    assert!(reach(&graph, "proptest").contains(RAND_WITH_FEATURES));
}
