//! A cache of unspent coins in one region, as a node of a blockchain keeps it.
//!
//! Coins are serialised into blocks of their own size. Most are spent soon after they were made and a few live for
//! ever, which is what fragments a heap. When the region is full the oldest coins go to the store behind the cache. A
//! `HashMap` beside it knows what every coin must be, and each one that is spent is compared with it.
//!
//! ```sh
//! cargo run --release --example utxo_cache -- [OPERATIONS] [PICTURE.svg]
//! ```

use std::alloc::Layout;
use std::collections::{HashMap, VecDeque};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use arenas::{Bytes, Region, RegionBlock, RegionError};
use rustc_hash::FxBuildHasher;

/// Which output of which transaction.
type OutPoint = (u64, u16);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Coin {
    value: u64,
    height: u32,
    script: Vec<u8>,
}

const HEADER: usize = 12;

/// The bytes of the region hold coins that were written whole.
fn read(bytes: &[u8]) -> Coin {
    let (value, rest) = bytes.split_at(8);
    let (height, script) = rest.split_at(4);
    Coin {
        value: u64::from_le_bytes(value.try_into().expect("8 bytes")),
        height: u32::from_le_bytes(height.try_into().expect("4 bytes")),
        script: script.to_vec(),
    }
}

/// Unspent coins in at most so many bytes.
struct Cache<'m> {
    region: Region<'m>,
    coins: HashMap<OutPoint, RegionBlock, FxBuildHasher>,
    /// In the order in which they came; some are spent by now.
    ages: VecDeque<OutPoint>,
    /// The store behind the cache.
    flushed: HashMap<OutPoint, Coin, FxBuildHasher>,
    scratch: Vec<u8>,
}

impl<'m> Cache<'m> {
    fn new(memory: &'m mut [MaybeUninit<u8>]) -> Result<Self, RegionError> {
        Ok(Self {
            region: Region::new(memory, 8)?,
            coins: HashMap::default(),
            ages: VecDeque::new(),
            flushed: HashMap::default(),
            scratch: Vec::new(),
        })
    }

    fn add(&mut self, at: OutPoint, coin: &Coin) -> Result<(), RegionError> {
        let layout = Layout::from_size_align(HEADER + coin.script.len(), 1).map_err(|_| RegionError::LayoutOverflow)?;
        let block = loop {
            match self.region.try_alloc(layout) {
                Ok(block) => break block,
                Err(RegionError::NoRoom { .. }) if self.flush_oldest()? => {}
                Err(error) => return Err(error),
            }
        };
        self.scratch.clear();
        self.scratch.extend_from_slice(&coin.value.to_le_bytes());
        self.scratch.extend_from_slice(&coin.height.to_le_bytes());
        self.scratch.extend_from_slice(&coin.script);
        self.region.write(block, &self.scratch);
        self.coins.insert(at, block);
        self.ages.push_back(at);
        Ok(())
    }

    /// Takes a coin out of the cache, or of the store behind it.
    fn spend(&mut self, at: OutPoint) -> Result<Option<Coin>, RegionError> {
        let Some(block) = self.coins.remove(&at) else { return Ok(self.flushed.remove(&at)) };
        let coin = read(&self.bytes(block));
        self.region.try_free(block)?;
        Ok(Some(coin))
    }

    fn bytes(&mut self, block: RegionBlock) -> Vec<u8> {
        // SAFETY: `add` writes the whole block before anybody else knows of it.
        self.region.bytes(block).iter().map(|byte| unsafe { byte.assume_init() }).collect()
    }

    /// Moves the oldest coins to the store behind, and says whether there were any.
    fn flush_oldest(&mut self) -> Result<bool, RegionError> {
        let mut moved = 0;
        while let Some(at) = self.ages.pop_front() {
            if let Some(coin) = self.spend(at)? {
                self.flushed.insert(at, coin);
                moved += 1;
                if moved == 64 {
                    break;
                }
            }
        }
        Ok(moved > 0)
    }
}

/// The trace: a generator that is the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Script lengths as they are seen: mostly the few standard ones, sometimes anything.
    fn script(&mut self) -> Vec<u8> {
        let len = match self.below(100) {
            0..40 => 22,
            40..60 => 34,
            60..85 => 25,
            85..95 => 23,
            _ => 40 + self.below(500),
        };
        let first = self.next() as u8;
        (0..len).map(|n| first.wrapping_add(n as u8)).collect()
    }

    /// How far back a coin is that is spent: most are young, a few are very old.
    fn age(&mut self, live: usize) -> usize {
        let power = self.below(8) as u32;
        (self.below(live) >> (power * 2)).min(live - 1)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let operations: usize = arguments.next().map_or(Ok(2_000_000), |text| text.parse())?;
    let picture = arguments.next().map_or_else(|| std::env::temp_dir().join("utxo_cache.svg"), PathBuf::from);

    let mut memory = vec![MaybeUninit::uninit(); 3 << 20];
    let mut cache = Cache::new(&mut memory)?;
    let mut expected: HashMap<OutPoint, Coin, FxBuildHasher> = HashMap::default();
    // All unspent coins by age, the youngest last.
    let mut unspent: Vec<OutPoint> = Vec::new();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut added, mut spent) = (0u64, 0u64);
    let (mut in_cache, mut peak_fragmentation) = (Duration::ZERO, 0.0f64);

    for operation in 0..operations {
        if unspent.len() < 1000 || random.below(100) < 52 {
            let at = (random.next(), random.below(4) as u16);
            let coin = Coin { value: random.next() >> 20, height: operation as u32, script: random.script() };
            let start = Instant::now();
            cache.add(at, &coin)?;
            in_cache += start.elapsed();
            expected.insert(at, coin);
            unspent.push(at);
            added += 1;
        } else {
            let which = unspent.len() - 1 - random.age(unspent.len());
            let at = unspent.remove(which);
            let start = Instant::now();
            let coin = cache.spend(at)?;
            in_cache += start.elapsed();
            assert_eq!(coin, expected.remove(&at), "the coin {at:?} is not what it was");
            spent += 1;
        }
        if operation % 10_000 == 0 {
            cache.region.check();
            peak_fragmentation = peak_fragmentation.max(cache.region.fragmentation());
        }
    }

    let stats = cache.region.region_stats();
    let payload: usize = cache.coins.values().map(|block| block.len()).sum();
    // A `Vec<u8>` of a header and a script: what glibc takes for a block, and the handle to it.
    let boxed: usize =
        cache.coins.values().map(|block| (block.len() + 8).next_multiple_of(16).max(32) + size_of::<Vec<u8>>()).sum();
    let here = stats.used + stats.chunks_used * size_of::<RegionBlock>();
    println!("{operations} operations: {added} coins made, {spent} spent, each as it was made");
    println!("  in the cache {:>7} coins, behind it {}", cache.coins.len(), cache.flushed.len());
    println!("  time {:>10.0} ns per operation", in_cache.as_nanos() as f64 / operations as f64);
    println!(
        "  region {:>10} used of {}, payload {}, {} holes, largest {}",
        Bytes(stats.used).to_string(),
        Bytes(stats.total),
        Bytes(payload),
        stats.chunks_free,
        Bytes(stats.largest_free)
    );
    println!("  fragmentation {:.1} % now, {:.1} % at most", stats.fragmentation() * 100.0, peak_fragmentation * 100.0);
    println!(
        "  saved: {} calls of malloc and free; the cached coins with their handles take {}",
        added + spent,
        Bytes(here)
    );
    println!("  and would take {} in a `Vec<u8>` each", Bytes(boxed));
    std::fs::write(&picture, cache.region.to_svg())?;
    println!("  the map of the region is in {}", picture.display());

    for (at, coin) in expected {
        assert_eq!(cache.spend(at)?, Some(coin), "the coin {at:?} is not what it was");
    }
    assert_eq!((cache.region.region_stats().used, cache.flushed.len()), (0, 0));
    Ok(())
}
