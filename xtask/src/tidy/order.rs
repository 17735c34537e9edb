//! Dependencies go down only (ARCHITECTURE.md, the house).

use std::collections::{BTreeMap, BTreeSet};

use crate::workspace::Package;

/// Bottom up: a crate may use those of lower bands only, so none of its own.
const BANDS: [&[&str]; 12] = [
    &["base", "models"],
    &["json"],
    &["corpus"],
    &["jsonata", "velocity", "graphql", "event-pattern", "policy"],
    &["asl", "resolver"],
    &["resolver-js"],
    &["engine"],
    &["store"],
    &["store-local", "store-postgres"],
    &["aws", "websocket"],
    &["service"],
    &["openid", "runner", "workload"],
];
/// Above the bands: the rooms, which never import a room.
const ROOMS: usize = BANDS.len();
/// Above the rooms: what assembles, measures or automates the house.
const ROOF: usize = ROOMS + 1;

/// Languages and kernel are pure: nothing that runs, listens, stores, or draws entropy of its own.
pub(super) const PURE: [&str; 11] = [
    "base",
    "json",
    "jsonata",
    "velocity",
    "graphql",
    "event-pattern",
    "policy",
    "asl",
    "resolver",
    "resolver-js",
    "engine",
];
const IMPURE: [&str; 13] = [
    "async-std",
    "axum",
    "fjall",
    "getrandom",
    "hyper",
    "mio",
    "reqwest",
    "rusqlite",
    "smol",
    "socket2",
    "tokio",
    "tokio-postgres",
    "ureq",
];

pub(super) fn faults(packages: &BTreeMap<String, Package>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, package) in packages {
        let Some(band) = band(name, package) else {
            faults.push(format!(
                "{name} has no place in the house: give it one in xtask/src/tidy/order.rs"
            ));
            continue;
        };
        for used in &package.uses {
            let used_band = packages.get(used).and_then(|package| self::band(used, package));
            if used_band.is_some_and(|used_band| band <= used_band) {
                faults.push(format!("{name} may not use {used}: dependencies go down only"));
            }
            if used.starts_with("store-") && band < ROOF {
                faults.push(format!("{name} may not use {used}: only the roof knows a database"));
            }
        }
    }
    faults
}

/// What a pure crate is built with and may not be.
pub(super) fn impurities(name: &str, built_with: &BTreeSet<String>) -> Vec<String> {
    let impure = IMPURE.iter().filter(|impure| built_with.contains(**impure));
    impure.map(|impure| format!("{name} may not be built with {impure}: it is pure")).collect()
}

fn band(name: &str, package: &Package) -> Option<usize> {
    let below = |folder: &str| package.folder.starts_with(folder);
    if below("services") {
        return Some(ROOMS);
    }
    if name == "freehold" || below("xtask") || below("bench") || below("fuzz") {
        return Some(ROOF);
    }
    BANDS.iter().position(|band| band.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(crates: &[(&str, &str, &[&str])]) -> Vec<String> {
        let package = |(name, folder, uses): &(&str, &str, &[&str])| {
            let uses = uses.iter().map(|used| (*used).to_owned()).collect();
            let package = Package { folder: folder.into(), uses };
            ((*name).to_owned(), package)
        };
        faults(&crates.iter().map(package).collect())
    }

    #[test]
    fn dependencies_down_are_fine() {
        let crates: [(_, _, &[_]); 5] = [
            ("base", "crates/base", &[]),
            ("json", "crates/json", &["base"]),
            ("store-local", "crates/store-local", &["fjall"]),
            ("states", "services/states", &["json", "base"]),
            ("freehold", "crates/freehold", &["states", "store-local", "tokio"]),
        ];
        assert!(house(&crates).is_empty());
    }

    #[test]
    fn dependencies_up_and_sideways_are_faults() {
        let crates: [(_, _, &[_]); 4] = [
            ("base", "crates/base", &["json"]),
            ("json", "crates/json", &[]),
            ("states", "services/states", &["lambda"]),
            ("lambda", "services/lambda", &[]),
        ];
        assert_eq!(
            house(&crates),
            [
                "base may not use json: dependencies go down only",
                "states may not use lambda: dependencies go down only"
            ]
        );
    }

    #[test]
    fn a_pure_crate_has_no_runtime() {
        let built_with = ["json", "tokio"].map(str::to_owned).into();
        assert_eq!(
            impurities("engine", &built_with),
            ["engine may not be built with tokio: it is pure"]
        );
    }

    #[test]
    fn a_room_has_no_database() {
        let crates: [(_, _, &[_]); 2] = [
            ("states", "services/states", &["store-local"]),
            ("store-local", "crates/store-local", &[]),
        ];
        assert_eq!(
            house(&crates),
            ["states may not use store-local: only the roof knows a database"]
        );
    }

    #[test]
    fn a_crate_nobody_placed_is_a_fault() {
        assert!(house(&[("kitchen", "crates/kitchen", &[])])[0].contains("no place in the house"));
    }
}
