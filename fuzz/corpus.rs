// The committed seeds, fed to the fuzz targets' own functions by ordinary tests: each seed as it is, then mutations.
// Part of the tests of `commands` and `alpaca`, by path.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::path::Path;

/// Feeds every seed of a target, and `mutations` more inputs made from them, to `target`, which panics when it is wrong.
/// `PADDOCK_FUZZ_CASES` says another number, for a long run without any tool.
pub fn feed(target_name: &str, mutations: u32, target: impl Fn(&[u8])) {
    let asked = std::env::var("PADDOCK_FUZZ_CASES").ok();
    let mutations = asked.map_or(mutations, |cases| cases.parse().expect("PADDOCK_FUZZ_CASES is a number"));
    let seeds = seeds(target_name);
    for seed in &seeds {
        target(seed);
    }
    let config = ProptestConfig { cases: mutations, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&mutated(seeds.clone()), |input| {
            target(&input);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{target_name}: {failure}"));
    println!("PROMISE P16 target={target_name} cases={} violations=0 panics=0", seeds.len() + mutations as usize);
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join("fuzz/seeds"));
    let folder = fuzz.map(|seeds| seeds.join(target)).find(|folder| folder.is_dir()).expect("the target's seeds");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "the catalogue has more than ten entries for {target}");
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Insert(u8),
    Remove,
    Flip(u8),
    /// A piece of this length once more.
    Repeat(usize),
    /// From here on another seed.
    Splice(prop::sample::Index),
    Cut,
}

fn change() -> impl Strategy<Value = Change> {
    // Bytes that mean something in JSON, numbers and ids are likelier than others.
    let byte = prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\":,\\0159-.eEnull:v1/$@ \n\t".to_vec())];
    prop_oneof![
        byte.clone().prop_map(Change::Set),
        byte.prop_map(Change::Insert),
        Just(Change::Remove),
        (0_u8..8).prop_map(Change::Flip),
        (1_usize..64).prop_map(Change::Repeat),
        any::<prop::sample::Index>().prop_map(Change::Splice),
        Just(Change::Cut),
    ]
}

fn mutated(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change()), 1..8);
    (any::<prop::sample::Index>(), changes).prop_map(move |(seed, changes)| {
        let mut input = seed.get(&seeds).clone();
        for (place, change) in changes {
            let at = place.index(input.len() + 1);
            match change {
                Change::Insert(byte) => input.insert(at, byte),
                Change::Cut => input.truncate(at),
                Change::Splice(other) => {
                    let other = other.get(&seeds);
                    input.truncate(at);
                    input.extend_from_slice(&other[at.min(other.len())..]);
                }
                Change::Repeat(length) => {
                    let piece = input[at..input.len().min(at + length)].to_vec();
                    input.splice(at..at, piece);
                }
                _ if at == input.len() => {}
                Change::Set(byte) => input[at] = byte,
                Change::Flip(bit) => input[at] ^= 1 << bit,
                Change::Remove => {
                    input.remove(at);
                }
            }
        }
        input
    })
}
