use std::net::TcpStream;

use arenas::Bitena;

fn keep(arena: &Bitena, stream: TcpStream) {
    arena.alloc(stream);
}

fn main() {}
