//! The item scanner of the `codemap` example against a full parse of the same files.
//!
//! Every `.rs` file of this workspace and of the packages in the local cargo registry is read by both, and both must
//! find the same items: kind, name, line and parent. Files that syn cannot parse are left out and counted. Of a large
//! registry a sample is taken; it is smaller in a debug build, which parses slowly.

#[allow(dead_code, reason = "the example also uses what this test does not need")]
#[path = "../../arenas/examples/codemap/scan.rs"]
mod scan;

#[path = "../../arenas/examples/codemap/scratch.rs"]
mod scratch;

use arenas::Blink;
use core::sync::atomic::{AtomicUsize, Ordering};
use proc_macro2::{Span, TokenStream, TokenTree};
use scan::{Kind, Sink, Stack, scan};
use scratch::List;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::{env, fs, thread};

/// What a scan found, in the order of the source.
#[derive(Default)]
struct Found {
    items: Vec<Entry>,
    uses: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    name: String,
    line: u32,
    parent: Option<usize>,
}

impl Sink for Found {
    type Item = usize;

    fn item(&mut self, kind: Kind, name: &str, line: u32, parent: Option<usize>) -> usize {
        self.items.push(Entry { kind, name: name.to_owned(), line, parent });
        self.items.len() - 1
    }

    fn name_use(&mut self, name: &str, _line: u32) {
        self.uses.push(name.to_owned());
    }
}

fn scanned(source: &str) -> Found {
    let mut found = Found::default();
    scan(source, &mut Vec::new(), &mut found);
    found
}

/// The items as `kind parent::name`.
fn described(source: &str) -> Vec<String> {
    let items = scanned(source).items;
    items
        .iter()
        .map(|item| match item.parent {
            Some(parent) => format!("{} {}::{}", item.kind.keyword(), items[parent].name, item.name),
            None => format!("{} {}", item.kind.keyword(), item.name),
        })
        .collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// The same items by a full parse.

/// The items of one file, as syn sees them.
struct Parsed(Vec<Entry>);

impl Parsed {
    fn new(source: &str) -> syn::Result<Self> {
        let file = syn::parse_file(source)?;
        let mut parsed = Self(Vec::new());
        for item in &file.items {
            parsed.item(item, None);
        }
        Ok(parsed)
    }

    fn add(&mut self, kind: Kind, name: &dyn ToString, keyword: Span, parent: Option<usize>) -> usize {
        let name = name.to_string();
        let name = name.strip_prefix("r#").unwrap_or(&name).to_owned();
        let line = u32::try_from(keyword.start().line).expect("a source file has few lines");
        self.0.push(Entry { kind, name, line, parent });
        self.0.len() - 1
    }

    fn item(&mut self, item: &syn::Item, parent: Option<usize>) {
        use syn::Item;
        match item {
            Item::Const(i) => _ = self.add(Kind::Const, &i.ident, i.const_token.span, parent),
            Item::Enum(i) => _ = self.add(Kind::Enum, &i.ident, i.enum_token.span, parent),
            Item::Fn(i) => _ = self.add(Kind::Fn, &i.sig.ident, i.sig.fn_token.span, parent),
            Item::Static(i) => _ = self.add(Kind::Static, &i.ident, i.static_token.span, parent),
            Item::Struct(i) => _ = self.add(Kind::Struct, &i.ident, i.struct_token.span, parent),
            Item::TraitAlias(i) => _ = self.add(Kind::Trait, &i.ident, i.trait_token.span, parent),
            Item::Type(i) => _ = self.add(Kind::TypeAlias, &i.ident, i.type_token.span, parent),
            Item::Union(i) => _ = self.add(Kind::Union, &i.ident, i.union_token.span, parent),
            Item::Macro(i) => {
                if let (Some(name), true) = (&i.ident, i.mac.path.is_ident("macro_rules")) {
                    self.add(Kind::MacroRules, name, i.mac.path.segments[0].ident.span(), parent);
                }
            }
            Item::ForeignMod(block) => block.items.iter().for_each(|item| self.foreign_item(item, parent)),
            Item::Impl(i) => {
                // The name of an impl is a choice of the scanner's; it has a test of its own.
                let owner = self.add(Kind::Impl, &"", i.impl_token.span, parent);
                i.items.iter().for_each(|item| self.impl_item(item, Some(owner)));
            }
            Item::Mod(i) => {
                let owner = self.add(Kind::Mod, &i.ident, i.mod_token.span, parent);
                i.content.iter().flat_map(|(_, items)| items).for_each(|item| self.item(item, Some(owner)));
            }
            Item::Trait(i) => {
                let owner = self.add(Kind::Trait, &i.ident, i.trait_token.span, parent);
                i.items.iter().for_each(|item| self.trait_item(item, Some(owner)));
            }
            Item::Verbatim(tokens) => self.tokens(tokens, parent),
            Item::ExternCrate(_) | Item::Use(_) => {}
            _ => panic!("syn has a kind of item that this test does not know"),
        }
    }

    fn foreign_item(&mut self, item: &syn::ForeignItem, parent: Option<usize>) {
        use syn::ForeignItem;
        match item {
            ForeignItem::Fn(i) => _ = self.add(Kind::Fn, &i.sig.ident, i.sig.fn_token.span, parent),
            ForeignItem::Static(i) => _ = self.add(Kind::Static, &i.ident, i.static_token.span, parent),
            ForeignItem::Type(i) => _ = self.add(Kind::TypeAlias, &i.ident, i.type_token.span, parent),
            ForeignItem::Verbatim(tokens) => self.tokens(tokens, parent),
            _ => {}
        }
    }

    fn trait_item(&mut self, item: &syn::TraitItem, parent: Option<usize>) {
        use syn::TraitItem;
        match item {
            TraitItem::Const(i) => _ = self.add(Kind::Const, &i.ident, i.const_token.span, parent),
            TraitItem::Fn(i) => _ = self.add(Kind::Fn, &i.sig.ident, i.sig.fn_token.span, parent),
            TraitItem::Type(i) => _ = self.add(Kind::TypeAlias, &i.ident, i.type_token.span, parent),
            TraitItem::Verbatim(tokens) => self.tokens(tokens, parent),
            _ => {}
        }
    }

    fn impl_item(&mut self, item: &syn::ImplItem, parent: Option<usize>) {
        use syn::ImplItem;
        match item {
            ImplItem::Const(i) => _ = self.add(Kind::Const, &i.ident, i.const_token.span, parent),
            ImplItem::Fn(i) => _ = self.add(Kind::Fn, &i.sig.ident, i.sig.fn_token.span, parent),
            ImplItem::Type(i) => _ = self.add(Kind::TypeAlias, &i.ident, i.type_token.span, parent),
            ImplItem::Verbatim(tokens) => self.tokens(tokens, parent),
            _ => {}
        }
    }

    /// An item that syn reads but does not take apart: a function without a body where one is due, a constant with
    /// generics, `const impl`, `macro`, ...
    fn tokens(&mut self, tokens: &TokenStream, parent: Option<usize>) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        let from = |at: usize| tokens[at..].iter().cloned().collect::<TokenStream>();
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => ident.to_string(),
            _ => String::new(),
        };
        for (at, token) in tokens.iter().enumerate() {
            let kind = match word(at).as_str() {
                "fn" => Kind::Fn,
                "static" => Kind::Static,
                "type" => Kind::TypeAlias,
                "use" | "macro" => return,
                "const" => match word(at + 1).as_str() {
                    "fn" | "async" | "extern" => continue,
                    "unsafe" | "auto" | "trait" | "impl" => {
                        let item = syn::parse2(from(at + 1)).expect("syn knows the item without its `const`");
                        return self.item(&item, parent);
                    }
                    _ => Kind::Const,
                },
                "trait" => return self.item(&syn::parse2(from(at)).expect("a trait"), parent),
                _ => continue,
            };
            let name = if word(at + 1) == "mut" { word(at + 2) } else { word(at + 1) };
            self.add(kind, &name, token.span(), parent);
            return;
        }
        panic!("an item that neither syn nor this test knows: {}", from(0));
    }
}

/// The first item in which scanner and parser differ, or `Err` where syn cannot parse.
fn difference(source: &str) -> syn::Result<Option<String>> {
    let parsed = Parsed::new(source)?.0;
    let mut found = scanned(source).items;
    found.iter_mut().filter(|item| item.kind == Kind::Impl).for_each(|item| item.name.clear());
    if found == parsed {
        return Ok(None);
    }
    let same = found.iter().zip(&parsed).take_while(|(a, b)| a == b).count();
    Ok(Some(format!("scanned {:?}, parsed {:?}", found.get(same), parsed.get(same))))
}

// ---------------------------------------------------------------------------------------------------------------------
// Whole trees.

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !path.ends_with("target") && !path.ends_with(".git") => folders.push(path),
                Ok(kind) if kind.is_file() && path.extension().is_some_and(|e| e == "rs") => files.push(path),
                _ => {}
            }
        }
    }
    files
}

fn registry_sources() -> Option<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")))?;
    Some(home.join("registry").join("src"))
}

/// Compares both on every file, with all cores; gives the number of files that could not be read or parsed.
fn compare(files: &[PathBuf]) -> usize {
    let next = AtomicUsize::new(0);
    let left_out = AtomicUsize::new(0);
    let different = Mutex::new(Vec::new());
    let work = || {
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = fs::read_to_string(path).ok().and_then(|source| difference(&source).ok());
            match result {
                None => _ = left_out.fetch_add(1, Ordering::Relaxed),
                Some(None) => {}
                Some(Some(text)) => {
                    different.lock().expect("no other thread panicked").push(format!("{}: {text}", path.display()));
                }
            }
            proc_macro2::extra::invalidate_current_thread_spans();
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            // syn is recursive, and some sources nest deeply.
            thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, work).expect("a thread");
        }
    });
    let different = different.into_inner().expect("no thread panicked");
    assert!(
        different.is_empty(),
        "{} of {} files differ, such as\n{}",
        different.len(),
        files.len(),
        different[..different.len().min(20)].join("\n")
    );
    left_out.into_inner()
}

#[test]
fn the_workspace_has_the_items_that_a_full_parse_finds() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace above this package");
    let files = rust_files(workspace);
    assert!(files.len() > 10, "the workspace has only {} files", files.len());
    let left_out = compare(&files);
    println!("workspace: {} files compared, {left_out} not parsed by syn", files.len() - left_out);
}

#[test]
fn the_registry_has_the_items_that_a_full_parse_finds() {
    let mut files = registry_sources().map_or_else(Vec::new, |root| rust_files(&root));
    let all = files.len();
    // A stable order that mixes the packages, so that a sample has something of each.
    files.sort_by_key(|path| {
        let bytes = path.as_os_str().as_encoded_bytes();
        bytes.iter().fold(0_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    });
    let mut room: u64 = if cfg!(debug_assertions) { 24 << 20 } else { 400 << 20 };
    files.retain(|path| {
        let left = fs::metadata(path).ok().and_then(|meta| room.checked_sub(meta.len()));
        room = left.unwrap_or(room);
        left.is_some()
    });
    let left_out = compare(&files);
    println!("registry: {} of {all} files compared, {left_out} not parsed by syn", files.len() - left_out);
    assert!(left_out * 10 <= files.len(), "syn could not parse {left_out} of {} files", files.len());
}

// ---------------------------------------------------------------------------------------------------------------------
// Single rules.

/// Sources that syn can parse, each with a trap.
const TRAPS: &[&str] = &[
    "fn a() -> ! { fn inner() {} }",
    "fn a() -> impl Fn() -> ! { loop {} } fn b() {}",
    "fn a(x: *const u8) -> [u8; { fn n() {} 3 }] { [0; 3] } struct After;",
    "fn a() -> Wrap<{ N + 1 }> { x } fn b<T>() where T: Is<{ 1 > 0 }>, for<'a> T: Fn(&'a u8) -> u8 {}",
    "fn a() -> mac! { x } { body } fn b() {}",
    "const A: fn() = { fn inner() {} inner }; const _: () = { struct Hidden; }; fn b() {}",
    "const fn a() {} const unsafe fn b() {} const extern \"C\" fn c() {} const async unsafe extern \"C\" fn d() {}",
    "static mut A: u8 = 0; static B: [u8; 2] = [1, 2];",
    "unsafe extern \"C\" { safe fn a(); fn b(x: u8, ...); static C: u8; type D; } extern { fn e(); } extern\"C\"{ fn f(); }",
    "extern \"C\" fn a() {} extern r\"C\" fn b() {} extern crate alloc as union; extern crate self as me;",
    "trait A { const X: u8; const Y: u8 = 1; fn f(); fn g() { fn h() {} } type T: Copy; type U<'a> where Self: 'a; m!{} }",
    "trait A = B + Send; trait C<T = u8>: Fn(T) -> u8 where T: Iterator<Item = u8> {} unsafe auto trait D {}",
    "impl<const N: usize> A<{ N }> for B<{ N }> where [(); { N }]: Sized { fn f() {} type T = u8; const C: u8 = 1; }",
    "impl<T> !Send for A<T> {} unsafe impl Send for B {} impl A for mac!{} { fn f() {} } impl A for ! { fn g() {} }",
    "impl A for fn(u8) -> u8 { fn f() {} } impl<'a> A for &'a dyn for<'b> Fn(&'b u8) -> &'b u8 { fn g() {} }",
    "union A { x: u8 } fn union() {} mod union { struct B; } union!{ struct C; } fn f() { union D { x: u8 } }",
    "macro_rules! a { () => { struct Hidden; } } macro_rules! b [ ]; macro_rules! c(); a!(); path::to::a! { fn x() {} }",
    "pub(in crate::x) struct A(pub(crate) u8, [u8; 3]) where u8: Copy; pub(super) enum B { X = { 1 }, Y { a: u8 } }",
    "struct A<const N: usize = { 1 + 1 }>; struct B<const X: char = '{'> { a: u8 } struct C;",
    "type A<T> = <T as Iterator>::Item; type B = fn() -> u8; type C = [u8; { struct Hidden; 1 }];",
    "mod a { mod b { mod c; fn f() {} } fn g() {} } unsafe mod d {}",
    "#![allow(unused)] #[doc = \"{\"] #[cfg(any(a, b))] fn a() {} /* { /* nested */ */ fn b() {} // }",
    "fn a() { let x = 'a'; let y: &'static str = r#\"\" } fn hidden() {}\"#; let z = b'{'; 'l: loop { break 'l; } } fn b() {}",
    "fn a() { c\"{\"; br##\"{\"##; 1..2; 0x1f; 1e5; x.0.1; '\\''; '\\u{7d}'; \"\\\"{\"; } fn b() {}",
    "fn r#fn() {} struct r#struct; fn f() { r#match }",
    "macro m($a:ident) { fn hidden() {} } macro n { () => {} } fn a() {}",
    "use a::{b, c::{self, d as e}, f::*}; use {g, h}; fn a() {}",
    "async fn a() {} async unsafe fn b() {} pub async fn c() {}",
    "default impl A for B { default fn f() {} default type T = u8; default const C: u8 = 1; }",
    "const trait A { fn f(); } const unsafe trait B {} const impl D for E { fn g() {} }",
    "const fn a<const N: usize>() -> [u8; N] where [(); N - 1]: { [0; N] } const F: bool = 1 < 2; fn b() {}",
    "const F: fn(u8) -> Vec<u8> = |x| { fn hidden() {} vec![x] }; static S: Vec<u8>= Vec::new(); type V<T>= Vec<T>;",
    "impl<T: PartialOrd<A<-1>>> B for T { fn f() {} } impl A<B<C<D>>> { fn g() {} } impl<T> A<T>where T: B<C>{ fn h() {} }",
    "fn f<T>(x: impl Fn(u8) -> T, y: &dyn Fn() -> u8) -> impl Iterator<Item = T> + '_ { x } fn g() {}",
    "fn a() where {} trait B where {} impl C where {} struct D where; struct E() where u8: Copy; struct F where u8: Copy {}",
    "pub impl(crate) trait A {} impl(in a::b) unsafe trait B { fn f(); } impl (u8, u16) { fn g() {} } impl (A) {}",
];

#[test]
fn each_trap_is_read_as_a_full_parse_reads_it() {
    for source in TRAPS {
        match difference(source) {
            Ok(difference) => assert_eq!(difference, None, "{source}"),
            Err(error) => panic!("syn: {error} at {:?} in {source}", error.span().start()),
        }
    }
}

#[test]
fn an_impl_is_named_after_its_self_type() {
    for (source, name) in [
        ("impl Plain {}", "Plain"),
        ("impl<T: Clone> Generic<T> {}", "Generic"),
        ("impl fmt::Display for tree::Node<'_, u8> {}", "Node"),
        ("impl<T> From<Vec<T>> for &'static mut Stack<T> where T: Copy {}", "Stack"),
        ("impl Show for dyn Any + Send {}", "Any"),
        ("impl for<'a> Call<'a> for Closure {}", "Closure"),
        ("impl<T> Show for [T] {}", "T"),
        ("impl Show for (u8, u16) {}", "u8"),
        ("impl Show for <A as B>::C {}", "C"),
        ("impl Show for crate::Here {}", "Here"),
        ("impl Show for r#type {}", "type"),
        ("impl Show for () {}", "_"),
        ("impl Show for ! {}", "_"),
    ] {
        assert_eq!(described(source), [format!("impl {name}")], "{source}");
    }
}

#[test]
fn members_name_their_parent() {
    let source =
        "mod a { trait T { fn f(); } impl T for S { fn f() {} } extern \"C\" { fn e(); } } extern \"C\" { fn g(); }";
    assert_eq!(described(source), ["mod a", "trait a::T", "fn T::f", "impl a::S", "fn S::f", "fn a::e", "fn g"]);
}

#[test]
fn uses_are_all_identifiers_but_keywords_and_the_names_of_definitions() {
    for (source, uses) in [
        ("fn f(x: u8) -> Self { x.y::<r#fn>(_, self) }", &["x", "u8", "x", "y", "fn"][..]),
        ("#[derive(Debug)] struct S { a: T }", &["derive", "Debug", "a", "T"]),
        ("m! { hidden fn g }", &["m", "hidden", "g"]),
        ("impl<'a> A<'a> for B { type C = D; }", &["A", "B", "D"]),
        ("// no\n/* no */ m!{ \"no\" 'n' b\"no\" 1u8 } use a::{b as c};", &["m", "a", "b", "c"]),
    ] {
        assert_eq!(scanned(source).uses, uses, "{source}");
    }
}

#[test]
fn lines_are_counted_through_comments_strings_and_byte_order_marks() {
    for (source, line, lines) in [
        ("fn f() {}", 1, 1),
        ("fn f() {}\n", 1, 1),
        ("\n\r\n/*\n\n*/ // \nm!{\"\n\" r#\"\n\"# b\"\n\"} fn f() {}", 9, 9),
        ("\u{feff}\nfn f() {}\n\n", 2, 3),
        ("#!/usr/bin/env rust\nfn f() {}", 2, 2),
        ("#![allow(x)]\nfn f() {}", 2, 2),
        ("---\npackage = \"fn g() {}\"\n---\nfn f() {}", 4, 4),
        ("m!{ #\"\n\"# ##x }\nfn f() {}", 3, 3),
    ] {
        let mut found = Found::default();
        assert_eq!(scan(source, &mut Vec::new(), &mut found), lines, "{source:?}");
        let items: Vec<_> = found.items.iter().map(|item| (item.kind, item.line)).collect();
        assert_eq!(items, [(Kind::Fn, line)], "{source:?}");
    }
    assert_eq!(scan("", &mut Vec::new(), &mut Found::default()), 0);
    assert_eq!(scan("\n", &mut Vec::new(), &mut Found::default()), 1);
}

#[test]
fn broken_source_is_scanned_without_a_panic() {
    for source in TRAPS {
        for cut in (0..source.len()).filter(|&cut| source.is_char_boundary(cut)) {
            scanned(&source[..cut]);
            scanned(&source[cut..]);
        }
    }
    assert_eq!(described("} } ) fn a() {} ] } mod b { fn c("), ["fn a", "mod b", "fn b::c"]);
    assert_eq!(described("trait A { fn f() } fn g() {}"), ["trait A", "fn A::f", "fn g"]);
}

#[test]
fn deep_nesting_takes_no_stack() {
    let bytes = if cfg!(debug_assertions) { 1 << 20 } else { 100 << 20 };
    for unit in ["{", "mod m{", "fn f()->A<{", "(", "}", "impl A<", "[{(", "impl(in "] {
        let source = unit.repeat(bytes / unit.len());
        let lines = thread::scope(|scope| {
            let small = thread::Builder::new().stack_size(128 << 10);
            let thread =
                small.spawn_scoped(scope, || scan(&source, &mut Vec::new(), &mut Counter(0))).expect("a thread");
            thread.join().expect("the scan ends")
        });
        assert_eq!(lines, 1, "{unit}");
    }
}

/// Counts items only, so that a large input does not become a large result.
struct Counter(usize);

impl Sink for Counter {
    type Item = usize;

    fn item(&mut self, _: Kind, _: &str, _: u32, _: Option<usize>) -> usize {
        self.0 += 1;
        self.0
    }

    fn name_use(&mut self, _: &str, _: u32) {}
}

#[test]
fn scratch_in_a_blink_serves_as_a_vec_does() {
    let nested = "mod m { impl A for B {".repeat(1000) + "fn f() {}" + &"} fn after() {} }".repeat(1000);
    let mut blink = Blink::new();
    for source in [&nested, "}}} mod a {} mod b { fn c("] {
        let expected = scanned(source);
        let mut found = Found::default();
        scan(source, &mut List::new(&blink), &mut found);
        assert_eq!(found.items, expected.items);
        blink.reset();
    }
    // Pushed and popped at every length, so also across the ends of blocks.
    let mut list = List::new(&blink);
    let mut model = Vec::new();
    for round in 0..2000_u32 {
        let steps = (round * 7919) % 300;
        for step in 0..steps {
            if round % 3 == 2 {
                assert_eq!(list.pop(), model.pop());
            } else {
                list.push(round + step);
                model.push(round + step);
            }
        }
        assert_eq!(list.top(), model.last().copied());
        if round % 97 == 0 {
            assert_eq!(list.iter().len(), model.len());
            assert!(list.iter().eq(model.iter().copied()));
        }
    }
    while let Some(value) = model.pop() {
        assert_eq!(list.pop(), Some(value));
    }
    assert_eq!((list.pop(), list.top(), list.iter().next()), (None, None, None));
    list.push(7);
    assert!(list.iter().eq([7]));
}
