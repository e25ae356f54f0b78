//! The macros of the `arenas` crate. Use them through it: `arenas::ArenaAlloc` and `arenas::arena_struct`.

mod bundle;
mod diag;
#[cfg(test)]
mod expansion;
mod index;
mod item;
mod leak;
mod options;
mod remap;
mod store;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::diag::{Diagnostics, allow_lints};
use crate::item::Item;

/// Makes a struct or enum an item of the arenas.
///
/// For `#[arena(store = FastArena)] pub struct Edge<W> { .. }` it writes
///
/// - `pub struct EdgeIdx`, the index: 4 bytes, and so is its `Option`. `Copy`, `Eq`, `Ord`, `Hash`, `Send` and `Sync`
///   whatever `W` is; `Debug` prints `EdgeIdx(3)`; `from_raw(usize)` and `into_raw()` convert it. It has no parameters,
///   so that other items hold it without any, and no arithmetic.
/// - `pub type EdgeStore<W> = FastArena<Edge<W>, EdgeIdx>`, the store; for a `RingStore` also the type of its handles.
/// - `impl<W> ArenaItem for Edge<W>`, from which `arena_struct!` knows the index.
/// - `impl<W> Holds<Edge<W>> for Bitena`, as far as its fields allow.
/// - with `remap`, `impl<W: Remap> Remap for Edge<W>`, which rewrites the indices inside.
///
/// ```
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc, Debug)]
/// pub enum Expr<'src> {
///     Name(&'src str),
///     Add(ExprIdx, ExprIdx),
/// }
///
/// # #[cfg(feature = "alloc")] {
/// let mut exprs = ExprStore::with_index();
/// let one = exprs.alloc(Expr::Name("one"));
/// let sum = exprs.alloc(Expr::Add(one, one));
/// assert_eq!(format!("{:?}", exprs[sum]), "Add(ExprIdx(0), ExprIdx(0))");
/// # }
/// assert_eq!(size_of::<Option<ExprIdx>>(), 4);
/// ```
///
/// # Values that are freed one by one
///
/// With `store = RegionStore` the alias is a store whose values can be freed each by itself. Freed slots are used again,
/// so the index is the checked one of 8 bytes (`repr = checked`), which is stale for ever once its value is freed.
///
/// ```
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc, Debug, PartialEq)]
/// #[arena(store = RegionStore)]
/// pub struct Utxo { value: u64, script: Vec<u8> }
///
/// # #[cfg(feature = "alloc")] {
/// let mut coins = UtxoStore::with_capacity_and_index(1000);
/// let coin: UtxoIdx = coins.alloc(Utxo { value: 50, script: vec![0x51] });
/// assert_eq!(coins.free(coin).value, 50);
/// assert!(coins.try_free(coin).is_err());
/// # }
/// ```
///
/// With `store = RingStore` the alias is a ring, and `PacketBuf` is its owned handle: it derefs to the value, drops it,
/// and gives the slot back on whichever thread it is. A full ring gives the value back. The index type is there for
/// arenas that hold the type too; the ring has no use for it.
///
/// ```
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc)]
/// #[arena(store = RingStore)]
/// pub struct Packet { id: u32, bytes: Vec<u8> }
///
/// # #[cfg(feature = "alloc")] {
/// let packets = PacketStore::new(64);
/// let packet: PacketBuf = packets.alloc(Packet { id: 7, bytes: vec![1, 2, 3] }).unwrap();
/// let worker = std::thread::spawn(move || packet.bytes.len()); // dropped and given back over there
/// assert_eq!(worker.join().unwrap(), 3);
/// # }
/// ```
///
/// # What a `Bitena` may hold
///
/// A `Bitena` never drops its values, so one that owns memory would leak. With `#[arena(bitena)]` every field is checked
/// where the type is defined:
///
/// ```compile_fail,E0277
/// use arenas::ArenaAlloc;
///
/// #[derive(ArenaAlloc)]
/// #[arena(bitena)]
/// struct Leaky {
///     name: String, // error: a `Bitena` cannot hold `String`: use `&'a str` here
/// }
/// ```
///
/// Without it the type may own what it likes, and the error comes where a `Bitena` is given a value that would leak.
/// A field of another crate's `Copy` type passes the first check; for one that is not `Copy` say `assert_dropless`, or
/// wrap it in `AssertDropless` where it is an argument of another type, and for a leak that you accept `allow_leak`.
///
/// ```
/// use std::sync::atomic::AtomicU32;
/// use arenas::{ArenaAlloc, Bitena};
///
/// #[derive(ArenaAlloc)]
/// #[arena(bitena)]
/// struct Request<'r> {
///     path: &'r str,
///     tries: AtomicU32,
///     #[arena(allow_leak)]
///     note: Option<String>,
/// }
///
/// # #[cfg(feature = "alloc")] {
/// let arena = Bitena::new(1024)?;
/// let path = arena.alloc_str("/index.html");
/// let request = arena.alloc(Request { path, tries: AtomicU32::new(0), note: None });
/// assert_eq!(request.path, "/index.html");
/// # }
/// # Ok::<(), arenas::AllocError>(())
/// ```
///
/// # Options of the type
///
/// A value is written bare (`idx = Name`) or as a string (`idx = "Name"`).
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `idx = Name` | the name of the index type; on an item the default is `<Type>Idx` |
/// | `store = Arena \| FastArena \| RegionStore \| RingStore` | what the store alias stands for; `Arena` is the default |
/// | `alias = Name` | the name of the store alias; the default is `<Type>Store` |
/// | `bitena` | a `Bitena` is to hold it: each field is checked here, where the type is defined |
/// | `repr = u16 \| u32 \| u64 \| checked` | the width of the index (`u32` is the default), or the 8-byte index that finds stale and foreign ones |
/// | `buf = Name` | the name of the owned handle that a `RingStore` gives out; the default is `<Type>Buf` |
/// | `idx_derive(Trait, ..)` | further derives on the index type |
/// | `vis = pub(crate)` | the visibility of the index type and the alias; that of the type is the default |
/// | `bound = "T: Trait, .."` | the `where` clause of the `Holds` impl, in place of the one that follows from the fields |
/// | `remap` | `append` and `compact` of a bundle may rewrite the indices inside: implements `Remap` |
/// | `crate = path` | where the `arenas` crate is found, when it is renamed or re-exported |
///
/// # Options of a field
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `allow_leak` | a `Bitena` may hold the field although it will never be dropped |
/// | `remap = skip` | the field holds no index that moves; it need not be `Remap` |
/// | `with = path` | `remap` goes through the field by this function, of `&mut` it and a `&mut Remapper` |
/// | `assert_dropless` | the type of the field, of another crate, owns nothing; the compiler checks that it needs no `Drop` |
#[proc_macro_derive(ArenaAlloc, attributes(arena))]
pub fn derive_arena_alloc(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    arena_alloc(input.into()).into()
}

fn arena_alloc(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut diagnostics = Diagnostics::new();
    let item = Item::new(&input, &mut diagnostics);
    let newtype = index::newtype(&item, &mut diagnostics);
    let item_impl = index::item_impl(&item);
    let alias = store::alias(&item);
    // With wrong options the names still exist, so that whoever uses the type gets no errors for the same reason.
    let (holds, assertions) = if diagnostics.has_errors() {
        (leak::holds_anyway(&item), TokenStream::new())
    } else {
        (leak::holds(&item), leak::assertions(&item))
    };
    let remap = remap::remap(&item);
    let hints = options::hints(&item.krate, &item.words);
    let (errors, lints) = (diagnostics.finish(), allow_lints());
    quote! {
        #errors
        #newtype
        #alias
        #assertions
        #lints
        const _: () = {
            #hints
            #item_impl
            #holds
            #remap
        };
    }
}

/// Makes a bundle of typed stores out of a struct.
///
/// One declaration for all node types of a program: the value's type names the store that it goes to, the index's type
/// names the store that it leads to, and one checkpoint covers them all.
///
/// ```
/// use arenas::{Arena, ArenaAlloc, arena_struct};
///
/// #[derive(ArenaAlloc, Debug)]
/// pub enum Expr<'src> { Lit(i64), Name(&'src str), Block(Vec<StmtIdx>) }
/// #[derive(ArenaAlloc, Debug)]
/// pub enum Stmt { Let(ExprIdx), Expr(ExprIdx) }
/// # #[derive(Debug)]
/// pub struct Slot(u32);
///
/// arena_struct!(
///     /// All nodes of one source file.
///     #[derive(Debug, Default)]
///     pub struct Ast<'src> {
///         /// Expressions.
///         pub exprs: Arena<Expr<'src>>,
///         pub stmts: Arena<Stmt>,
///         #[arena(idx = LocalIdx)]
///         pub locals: Arena<Slot>,
///         #[arena(idx = GlobalIdx)]
///         pub globals: Arena<Slot>,
///         pub file: &'src str,
///     }
/// );
///
/// let mut ast = Ast::new("main.rs");
/// let parsed: Result<ExprIdx, &str> = ast.transaction(|ast| {
///     let a = ast.alloc(Expr::Lit(1)); // an `ExprIdx`, by the type of the value
///     let s = ast.alloc(Stmt::Let(a)); // a `StmtIdx`
///     ast[s] = Stmt::Expr(a); // the index picks the store
///     Err("expected `;`") // everything made inside is dropped again, in every store
/// });
/// assert!(parsed.is_err() && ast.exprs.is_empty() && ast.stmts.is_empty());
///
/// let local: LocalIdx = ast.locals.alloc(Slot(1)); // two stores hold a `Slot`: name one
/// let Ast { exprs, stmts, .. } = &mut ast; // borrow stores apart
/// for expr in exprs.iter_mut() {
///     stmts.reserve(1);
/// }
/// ```
///
/// The input is a Rust struct, or several, and items that derive [`ArenaAlloc`] if you like, so round brackets let rustfmt format it. A field whose type is called `Arena`,
/// `FastArena`, `RegionStore`, `RingStore`, `Bitena`, `Blink`, `RingAl` or `Region` is a store, an `ArenaMap` or `ArenaSet` is
/// a side table; every other is a plain field. Attributes, visibilities, generics, `where` clauses and `cfg`s pass through. `#[derive(Default)]` becomes `new`
/// with the defaults of the plain fields.
///
/// # What it makes
///
/// For `pub struct Ast`, with the visibility of the struct:
///
/// | | |
/// |---|---|
/// | `struct Ast` | with the index type added to each store: `Arena<Stmt>` becomes `Arena<Stmt, StmtIdx>` |
/// | `new`, `with_capacity(AstCapacity { .. })` | take the plain fields, in order; `try_new`, `try_with_capacity` |
/// | `alloc`, `alloc_with`, `alloc_extend`, `alloc_batch` | into the store of the value's type, and their `try_` twins; a full `FastArena` grows |
/// | `alloc_shared`, `alloc_shared_with`, `alloc_shared_batch` | the same through `&self` from any thread, into a `FastArena` |
/// | `ast[index]`, `get`, `get_mut`, `try_get`, `try_get_mut`, `is_valid` | by an index, or a range of them |
/// | `append`, `compact` | where the items say `remap`: take another bundle in, drop what is not reached; `AstOffsets` |
/// | `checkpoint`, `rollback`, `try_rollback`, `transaction` | all stores or none; `AstCheckpoint` is `Copy` and has no parameters |
/// | `reset`, `stats` | of all stores; `AstStats` has a row per store, and prints as a table |
///
/// An index type is that of the item ([`ArenaAlloc`] makes it), or one of its own that the field names. The methods go
/// through the traits `Stores`, `StoresShared` and `IndexedBy`, which serve as bounds for code over any bundle.
///
/// Rollback undoes allocation, not mutation; plain fields stay as they are. A store cannot borrow from another field:
/// text that items refer to lives in a `Bitena` that outlives the bundle, or in items of its own.
///
/// # Stores of every kind
///
/// | field | `bundle.alloc` | in a checkpoint | `reset` | `shared` | capacity, and its default |
/// |---|---|---|---|---|---|
/// | `Arena<T>` | yes | yes | drops | no | slots to start with: none |
/// | `FastArena<T>` | yes, also `alloc_shared` | yes | drops | yes | slots: see below |
/// | `RegionStore<T>` | yes, one by one | no | drops | no | slots: 1024 |
/// | `RingStore<T>` | no: `jobs.alloc(value)` | no | nothing | no | slots: 256 |
/// | `Bitena` | no: `text.alloc_str(..)` | yes | empties | yes | bytes: 64 KiB |
/// | `Blink` | no: `scratch.put(value)` | yes | drops | no | bytes of the first chunk |
/// | `Region` | no: `blocks.try_alloc(layout)` | no | frees all blocks | no | bytes: 64 KiB |
/// | `RingAl` | no: `packets.fixed(bytes)` | no | nothing | no | bytes: 64 KiB |
/// | `ArenaMap<Idx, V>`, `ArenaSet<Idx>` | no: `types.insert(expr, ..)` | follow their store | drops | read only | slots to start with: none |
///
/// What was freed one by one cannot be brought back, so stores of such values take no part in checkpoints; the
/// documentation of the generated `checkpoint` says which those are. The buffers of a ring are owned elsewhere, also after
/// a reset. A `RegionStore` needs an index that finds out that it is stale, which `store = RegionStore` on the item makes,
/// and so does `idx = Name` on the field. A `Region` owns its memory: the field is a `Region<'static>`.
///
/// ```
/// use std::net::SocketAddr;
/// use arenas::{Arena, ArenaAlloc, Bitena, RegionStore, RingAl, arena_struct};
///
/// #[derive(ArenaAlloc)] pub struct Session { pub peer: SocketAddr, pub seen: u64 }
/// #[derive(ArenaAlloc)] #[arena(bitena)] pub struct Request<'r> { pub session: SessionIdx, pub path: &'r str, pub body: &'r [u8] }
/// #[derive(ArenaAlloc)] #[arena(store = RegionStore)] pub struct Utxo { pub value: u64, pub script: Vec<u8> }
///
/// arena_struct!(
///     pub struct Worker {
///         pub sessions: Arena<Session>,
///         #[arena(capacity = 64 << 10)] pub packets: RingAl,
///         #[arena(capacity = 16 << 10)] pub request: Bitena,
///         #[arena(capacity = 1 << 20)]  pub coins: RegionStore<Utxo>,
///     }
/// );
///
/// let mut worker = Worker::new();
/// let session = worker.alloc(Session { peer: ([127, 0, 0, 1], 8333).into(), seen: 0 });
/// let coin = worker.alloc(Utxo { value: 50, script: vec![0x51] }); // a `UtxoIdx`, freed once only
///
/// let mut packet = worker.packets.fixed(64).expect("the ring has room");
/// packet.extend_from_slice(b"GET /coins");
/// let packet = packet.freeze(); // may be sent to another thread
///
/// let path = worker.request.alloc_str("/coins");
/// let request = worker.request.alloc(Request { session, path, body: &[] });
/// assert_eq!(request.path, "/coins");
///
/// let before = worker.checkpoint(); // of the sessions and the request
/// worker.alloc(Session { peer: ([127, 0, 0, 1], 8334).into(), seen: 0 });
/// assert_eq!(worker.coins.free(coin).value, 50);
/// worker.rollback(before);
/// assert_eq!((worker.sessions.len(), worker.coins.len()), (1, 0)); // spent stays spent
/// assert_eq!(packet[..3], *b"GET");
/// println!("{}", worker.stats());
/// ```
///
/// # Side tables
///
/// What a phase finds out about items goes into a table by their index. A field that is an `ArenaMap` or an `ArenaSet` belongs to
/// the store of the bundle with that index: when items go in a rollback or a failed transaction, nested or not, what is said of
/// them goes too, and when items move (`append`, `compact`), so do the entries.
///
/// ```
/// # use arenas::{Arena, ArenaAlloc, ArenaMap, ArenaSet, arena_struct};
/// #[derive(ArenaAlloc)]
/// pub enum Expr { Lit(i64), Neg(ExprIdx) }
///
/// arena_struct!(
///     #[derive(Default)]
///     pub struct Ast {
///         pub exprs: Arena<Expr>,
///         pub types: ArenaMap<ExprIdx, &'static str>,
///         pub constant: ArenaSet<ExprIdx>,
///     }
/// );
///
/// let mut ast = Ast::default();
/// let tried: Result<(), &str> = ast.transaction(|ast| {
///     let expr = ast.alloc(Expr::Lit(1));
///     ast.types.insert(expr, "int");
///     ast.constant.insert(expr);
///     Err("no expression after all")
/// });
/// assert!(tried.is_err() && ast.types.is_empty() && ast.constant.is_empty());
/// ```
///
/// What is said of items that stay is not restored, as little as the items are. A table about items of another bundle says
/// `no_checkpoint` and is left alone; like one that is in no bundle it is cut by a call:
/// `types.truncate_to(ast.exprs.checkpoint())`. So it is also after a store was rolled back by itself.
///
/// # Capacities
///
/// An `Arena` grows. A `Bitena` holds what it is given, 64 KiB if nothing is said. A `FastArena` of which nothing is said
/// reserves 64 GiB of address space, or what its index can name if that is less, and commits memory as slots are used. So
/// a shared bundle needs no guess. Where the platform or the process cannot reserve so much it takes less, and
/// where it cannot at all (without the feature `mmap`, or not on a 64-bit unix) 65536 slots or 64 MiB, whichever is less. A
/// `capacity`, on the field or in `AstCapacity`, is exact.
///
/// # Shared bundles
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use arenas::{ArenaAlloc, FastArena, arena_struct};
///
/// #[derive(ArenaAlloc)]
/// #[arena(store = FastArena)]
/// pub struct Node { pub name: String, pub degree: AtomicU32 }
/// #[derive(ArenaAlloc)]
/// #[arena(store = FastArena)]
/// pub struct Edge<W> { pub from: NodeIdx, pub to: NodeIdx, pub weight: W }
///
/// arena_struct!(
///     #[arena(shared)]
///     pub struct Graph<W: Send + Sync> { pub nodes: FastArena<Node>, pub edges: FastArena<Edge<W>> }
/// );
///
/// let graph = Graph::new();
/// let hub = graph.alloc_shared(Node { name: "hub".into(), degree: AtomicU32::new(0) });
/// std::thread::scope(|scope| {
///     for n in 0..4 {
///         let graph = &graph;
///         scope.spawn(move || {
///             let leaf = graph.alloc_shared(Node { name: format!("leaf {n}"), degree: AtomicU32::new(1) });
///             graph[hub].degree.fetch_add(1, Ordering::Relaxed);
///             graph.alloc_shared(Edge { from: hub, to: leaf, weight: 1.0 });
///         });
///     }
/// });
/// assert_eq!((graph.nodes.len(), graph.edges.len()), (5, 4));
/// println!("{}", graph.stats());
/// ```
///
/// # Interning
///
/// In a store that says `intern`, equal values have one index, so that comparing two of them is comparing two numbers. The field
/// becomes an `InternArena`, or an `InternFastArena` where it is a `FastArena`; the item is `Eq` and `Hash`.
///
/// ```
/// # use arenas::{ArenaAlloc, FastArena, arena_struct};
/// #[derive(ArenaAlloc, Debug, PartialEq, Eq, Hash)]
/// #[arena(store = FastArena)]
/// pub enum Type { Int, List(TypeIdx) }
///
/// arena_struct!(
///     #[arena(shared)]
///     pub struct Types { #[arena(intern)] pub types: FastArena<Type> }
/// );
///
/// let mut types = Types::new();
/// let int = types.intern(Type::Int);
/// let list = types.intern(Type::List(int));
/// assert_eq!(types.intern_shared(Type::List(int)), list); // through `&self`, from any thread
/// assert_eq!((types.types.len(), types.find(&Type::List(list))), (2, None));
/// ```
///
/// `alloc` is not for such a store, and neither is `types[index] = ..`: a value that changed could become equal to another.
/// Rollback forgets what it drops. A shared store interns without a lock over all: its table has 32 parts, each with a lock
/// that is held for some nanoseconds and never while `Hash` or `Eq` runs.
///
/// # One index for all stores
///
/// With `any`, `AstAnyIdx` names an item of whichever store: 4 bytes, and so is its `Option`; `Copy`, ordered by store and
/// slot. Each index of the bundle converts into it, and back where it is of that store. `AstRef` is what it leads to, with
/// a variant per store, named as the field.
///
/// ```
/// # use arenas::{Arena, ArenaAlloc, arena_struct};
/// #[derive(ArenaAlloc)]
/// pub enum Expr { Lit(i64) }
/// #[derive(ArenaAlloc)]
/// pub struct Stmt(ExprIdx);
///
/// arena_struct!(
///     #[arena(any)]
///     #[derive(Default)]
///     pub struct Ast { pub exprs: Arena<Expr>, pub stmts: Arena<Stmt> }
/// );
///
/// let mut ast = Ast::default();
/// let expr = ast.alloc(Expr::Lit(1));
/// let stmt = ast.alloc(Stmt(expr));
/// let errors: Vec<(AstAnyIdx, &str)> = vec![(expr.into(), "unused"), (stmt.into(), "unreachable")];
/// for (index, text) in errors {
///     match ast.get_any(index) {
///         AstRef::Exprs(Expr::Lit(number)) => println!("{index:?}, the number {number}: {text}"), // Ast::exprs(0)
///         AstRef::Stmts(Stmt(expr)) => println!("{index:?}, the statement of {expr:?}: {text}"), // Ast::stmts(0)
///     }
/// }
/// assert_eq!(AstAnyIdx::from(stmt).as_exprs(), None);
/// assert_eq!(StmtIdx::try_from(AstAnyIdx::from(stmt)), Ok(stmt));
/// ```
///
/// The store takes as many bits as their number needs: eight stores leave 29 for the slot, which is half a billion items of
/// each. Beyond that `from` panics, with the numbers, and `AstAnyIdx::try_pack` is an error. In a bundle with checked indices it
/// has 8 bytes, and is as good as they are. The index type of an item with type parameters, such as `Edge<W>`, is looked for as
/// `EdgeIdx` beside it; where it is called otherwise, import it by that name.
///
/// # Appending and compacting
///
/// Where every item says `remap`, `a.append(b)` moves the items of one bundle into another and rewrites every index inside
/// them, however deep: in a `Vec`, an `Option` of a tuple, a map, a nested type that says `remap` too. So each thread may build a
/// bundle of its own, without any sharing, and one takes them all in the end. `a.compact(&mut roots)` drops what no root
/// leads to, and renumbers the rest.
///
/// ```
/// # use arenas::{Arena, ArenaAlloc, arena_struct};
/// #[derive(ArenaAlloc)]
/// #[arena(remap)]
/// pub enum Expr { Lit(i64), Block(Vec<(StmtIdx, u8)>), Neg(ExprIdx) }
/// #[derive(ArenaAlloc)]
/// #[arena(remap)]
/// pub struct Stmt(ExprIdx);
///
/// arena_struct!(
///     #[derive(Default)]
///     pub struct Ast { pub exprs: Arena<Expr>, pub stmts: Arena<Stmt> }
/// );
///
/// fn parse(number: i64) -> (Ast, ExprIdx) {
///     let mut ast = Ast::default();
///     let literal = ast.alloc(Expr::Lit(number));
///     let stmt = ast.alloc(Stmt(literal));
///     let block = ast.alloc(Expr::Block(vec![(stmt, 1)]));
///     (ast, block)
/// }
///
/// let ((mut all, _), (part, block)) = (parse(1), parse(2));
/// let offsets: AstOffsets = all.append(part);
/// let mut block = offsets.get(block).unwrap();
/// let Expr::Block(stmts) = &all[block] else { panic!() };
/// assert!(matches!(all[all[stmts[0].0].0], Expr::Lit(2)));
///
/// let moved = all.compact(&mut block);
/// assert_eq!((all.exprs.len(), all.stmts.len()), (2, 1));
/// assert_eq!(moved.get(ExprIdx::from_raw(0)), None); // nothing led to it
/// ```
///
/// The trait `Remap` is the way through a type; for one that has no derive it is written by hand. An index of another bundle
/// stays as it is.
///
/// | field | `a.append(b)` | `a.compact(&mut roots)` |
/// |---|---|---|
/// | `Arena`, `FastArena` | behind what is there; grows | moved together, in their order |
/// | the same with `intern` | what is new; the rest is what equals it | moved together, in their order |
/// | `RegionStore` | where there is room, or an error | freed or left; those left keep their places and their indices |
/// | `ArenaMap`, `ArenaSet` | with their items, unless something is said already | with their items; what a value leads to is reached |
/// | bytes, rings, `no_checkpoint` tables, plain fields | stay in `b` | stay as they are |
///
/// What stays in `b` goes with it, or is there for you after `a.append(&mut b)`: values that items only hold an address or offset
/// of cannot move without them.
///
/// **When code of an item panics.** `append` leaves `a` as it was, and `b` with all its items. `compact` has moved and dropped
/// nothing, unless it is a destructor that panics, which runs when all is done. No item is lost, and each is dropped once. Indices
/// are rewritten before anything moves, so some of them, in `b` or in what `compact` was to move, may be the new ones already;
/// not where it was still looked what is reached.
///
/// # Checked bundles
///
/// An index is a number, and a number of another bundle, or from before a rollback, may name some other item. In a `checked`
/// bundle every index knows the generation of items that it was made in. Used where it does not belong it gives `None`,
/// or a panic that names the store and both generations:
///
/// ```should_panic
/// # use arenas::{Arena, ArenaAlloc, arena_struct};
/// #[derive(ArenaAlloc)]
/// #[arena(repr = checked)]
/// pub struct Node(&'static str);
///
/// arena_struct!(
///     #[arena(checked)]
///     #[derive(Default)]
///     pub struct Tree { pub nodes: Arena<Node>, #[arena(idx = LabelIdx)] pub labels: Arena<String> }
/// );
///
/// let mut tree = Tree::default();
/// let start = tree.checkpoint();
/// let old = tree.alloc(Node("old"));
/// tree.rollback(start);
/// tree.alloc(Node("new"));
/// assert!(tree.try_get(old).is_none());
/// // stale or foreign index NodeIdx(0#1) of store `nodes`: made by generation 1, the slot is of generation 2
/// println!("{}", tree[old].0);
/// ```
///
/// The index of an item is made where the item is defined. One that is defined in the same `arena_struct!` needs no more than
/// the bundle's word, and neither does an index that a field names, so that it is switched on and off in one place:
///
/// ```
/// # use arenas::{Arena, ArenaAlloc, arena_struct};
/// arena_struct!(
///     #[arena(checked)]
///     #[derive(Default)]
///     pub struct Ast { pub exprs: Arena<Expr>, pub stmts: Arena<Stmt> }
///
///     #[derive(ArenaAlloc, Debug)]
///     pub enum Expr { Lit(i64), Neg(ExprIdx) }
///
///     #[derive(ArenaAlloc, Debug)]
///     pub struct Stmt(pub ExprIdx);
/// );
///
/// let (mut ast, mut other) = (Ast::default(), Ast::default());
/// let expr = ast.alloc(Expr::Lit(1));
/// other.alloc(Expr::Lit(2));
/// assert!(other.try_get(expr).is_none()); // a number alone would have found the 2
/// ```
///
/// One that is defined elsewhere says `repr = checked` there; a bundle with an item that does not is an error.
///
/// # Options of the struct
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `crate = path` | where the `arenas` crate is found, when it is renamed or re-exported |
/// | `shared` | the whole bundle works through `&self` from many threads; a store that cannot is an error |
/// | `any` | makes `<Name>AnyIdx`, a 4-byte index over all its stores, and `<Name>Ref`, what that leads to |
/// | `checked` | every index is of the 8-byte form that finds stale and foreign ones; an item whose index is not is an error |
/// | `serde` | implements `Serialize` and `Deserialize`; every index that is read must name an item |
///
/// # Options of a store
///
/// | `#[arena(..)]` | |
/// |---|---|
/// | `idx = Name` | the name of the index type; on an item the default is `<Type>Idx` |
/// | `vis = pub(crate)` | the visibility of the index type and the alias; that of the type is the default |
/// | `intern` | equal values get one index, by `bundle.intern(value)`; values do not change. For `Arena` and `FastArena` |
/// | `capacity = expression` | the capacity that `new` gives the store: slots of a typed store, bytes of any other |
/// | `no_checkpoint` | the store takes no part in `checkpoint`, `rollback` and `transaction` |
#[proc_macro]
pub fn arena_struct(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    bundle::expand(input.into()).into()
}
