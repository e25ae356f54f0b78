//! A TCP server that reads frames into ring buffers and hands them to worker threads.
//!
//! One thread per connection reads: each frame goes into a buffer of the connection's own ring, is frozen, and travels
//! to a worker without a copy. The worker echoes it and counts its bytes and words; when the last handle goes, on
//! whichever thread, the memory is the ring's again. No frame costs a heap allocation. Clients of the same process drive
//! it, check every echo, and the program ends by itself.
//!
//! ```sh
//! cargo run --release --example packet_server -- [CLIENTS] [FRAMES_PER_CLIENT]
//! ```

#[path = "shared/counting.rs"]
mod counting;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use arenas::{Bytes, FixedBuf, RingAl};
use counting::heap_requests;

const LARGEST_FRAME: usize = 1500;
const RING: usize = 64 << 10;
const WORKERS: usize = 2;

/// One frame on its way to a worker, and where the echo goes.
struct Packet {
    frame: FixedBuf,
    back: Arc<Mutex<TcpStream>>,
}

#[derive(Default)]
struct Counters {
    frames: AtomicU64,
    bytes: AtomicU64,
    words: AtomicU64,
    /// How often a ring was full, so that the reader waited for the workers.
    waits: AtomicU64,
}

/// Reads frames (a length of 4 bytes, then as many bytes) until the peer closes.
fn read_frames(stream: TcpStream, to_workers: &SyncSender<Packet>, counters: &Counters) -> io::Result<()> {
    let ring = RingAl::new(RING);
    let back = Arc::new(Mutex::new(stream.try_clone()?));
    let mut stream = io::BufReader::with_capacity(16 << 10, stream);
    loop {
        let mut len = [0; 4];
        match stream.read_exact(&mut len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            result => result?,
        }
        let len = u32::from_le_bytes(len) as usize;
        if len > LARGEST_FRAME {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {len} bytes")));
        }
        let mut buffer = loop {
            if let Some(buffer) = ring.fixed(len) {
                break buffer;
            }
            // Every buffer is on its way through a worker.
            counters.waits.fetch_add(1, Ordering::Relaxed);
            std::thread::yield_now();
        };
        let copied = io::copy(&mut (&mut stream).take(len as u64), &mut buffer)?;
        if copied < len as u64 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let packet = Packet { frame: buffer.freeze(), back: Arc::clone(&back) };
        to_workers.send(packet).map_err(|_| io::Error::other("the workers are gone"))?;
    }
}

fn work(packets: &Mutex<Receiver<Packet>>, counters: &Counters) -> io::Result<()> {
    loop {
        let Ok(Packet { frame, back }) = packets.lock().expect("no worker panics").recv() else { return Ok(()) };
        counters.frames.fetch_add(1, Ordering::Relaxed);
        counters.bytes.fetch_add(frame.len() as u64, Ordering::Relaxed);
        let words = frame.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
        counters.words.fetch_add(words as u64, Ordering::Relaxed);
        let mut back = back.lock().expect("no worker panics");
        back.write_all(&(frame.len() as u32).to_le_bytes())?;
        back.write_all(&frame)?;
    }
}

/// What the client `number` says in its frame `turn`: words of 1 to 9 letters.
fn say(number: usize, turn: usize, frame: &mut Vec<u8>) {
    frame.clear();
    let len = (number * 131 + turn * 37) % (LARGEST_FRAME + 1);
    let letter = b'a' + (turn % 26) as u8;
    frame.extend((0..len).map(|at| if at % (2 + turn % 9) == 0 { b' ' } else { letter }));
}

/// Sends frames, a few ahead of the echoes, and checks that each echo is one that is due.
fn client(number: usize, frames: usize, server: SocketAddr) -> io::Result<u64> {
    const AHEAD: usize = 16;
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let (mut sent, mut words) = (0, 0);
    let mut frame = Vec::with_capacity(LARGEST_FRAME);
    let mut echo = Vec::with_capacity(LARGEST_FRAME);
    let mut due: Vec<Vec<u8>> = Vec::new();
    while sent < frames || !due.is_empty() {
        if sent < frames && due.len() < AHEAD {
            say(number, sent, &mut frame);
            stream.write_all(&(frame.len() as u32).to_le_bytes())?;
            stream.write_all(&frame)?;
            words += frame.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).count() as u64;
            due.push(frame.clone());
            sent += 1;
            continue;
        }
        let mut len = [0; 4];
        stream.read_exact(&mut len)?;
        echo.resize(u32::from_le_bytes(len) as usize, 0);
        stream.read_exact(&mut echo)?;
        // Two workers may answer in either order.
        let which = due.iter().position(|frame| *frame == echo);
        due.swap_remove(which.expect("an echo of something that was sent"));
    }
    stream.shutdown(Shutdown::Both)?;
    Ok(words)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let clients: usize = arguments.next().map_or(Ok(4), |text| text.parse())?;
    let frames: usize = arguments.next().map_or(Ok(20_000), |text| text.parse())?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let counters = Counters::default();
    let (to_workers, packets) = sync_channel(64);
    let packets = Mutex::new(packets);
    let start = Instant::now();

    let words = std::thread::scope(|scope| -> io::Result<u64> {
        let drivers: Vec<_> = (0..clients).map(|number| scope.spawn(move || client(number, frames, address))).collect();
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| work(&packets, &counters))).collect();
        let mut readers = Vec::new();
        for _ in 0..clients {
            let (stream, _) = listener.accept()?;
            stream.set_nodelay(true)?;
            let (to_workers, counters) = (to_workers.clone(), &counters);
            readers.push(scope.spawn(move || read_frames(stream, &to_workers, counters)));
        }
        // The workers end when the last reader has dropped its sender.
        drop(to_workers);
        let mut words = 0;
        for driver in drivers {
            words += driver.join().expect("no client panics")?;
        }
        for thread in readers.into_iter().chain(workers) {
            thread.join().expect("no thread panics")?;
        }
        Ok(words)
    })?;

    let seconds = start.elapsed().as_secs_f64();
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    assert_eq!(count(&counters.frames), (clients * frames) as u64);
    assert_eq!(count(&counters.words), words, "the server counted other words than the clients sent");
    let bytes = count(&counters.bytes) as usize;
    println!("{} frames echoed for {clients} clients, {} in {seconds:.2} s", count(&counters.frames), Bytes(bytes));
    println!(
        "  {:.0} frames/s, {} per second each way",
        count(&counters.frames) as f64 / seconds,
        Bytes((bytes as f64 / seconds) as usize)
    );
    println!("  {words} words counted; each ring is {}, and was full {} times", Bytes(RING), count(&counters.waits));
    // The clients keep a copy of what is due, which is one request a frame; the server has none.
    let of_server = heap_requests().saturating_sub(count(&counters.frames));
    println!(
        "  saved {} heap allocations: the server made {of_server} in all, to set itself up",
        count(&counters.frames)
    );
    Ok(())
}
