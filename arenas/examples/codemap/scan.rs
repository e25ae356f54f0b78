//! Finds items and identifier uses in Rust source, from tokens alone.
//!
//! The tokens come from rustc's own lexer, so raw strings, lifetimes, nested comments and the like are not our problem.
//! What is left is to know where an item can stand. A file, an inline module, a trait, an impl and an `extern` block
//! hold items; everything else (function bodies, initialisers, macro arguments, types) is skipped as balanced groups,
//! and items inside those are not recorded. Identifiers count as uses wherever they stand, also in skipped groups.
//!
//! Nothing here is recursive: skipped groups are a counter, open scopes a [`Stack`] that the caller brings. A megabyte
//! of opening braces costs memory for scopes at worst, never the stack of the thread.
//!
//! Input that is not valid Rust gives some result and no panic: an unexpected token is skipped, a stray `}` closes the
//! innermost scope.

use ra_ap_rustc_lexer::{Cursor, FrontmatterAllowed, TokenKind, strip_shebang};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Kind {
    Fn,
    Struct,
    Enum,
    Union,
    /// Also a trait alias.
    Trait,
    Impl,
    Mod,
    Const,
    Static,
    /// Also an associated type.
    TypeAlias,
    MacroRules,
}

impl Kind {
    pub(crate) const COUNT: usize = 11;

    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Fn,
        Self::Struct,
        Self::Enum,
        Self::Union,
        Self::Trait,
        Self::Impl,
        Self::Mod,
        Self::Const,
        Self::Static,
        Self::TypeAlias,
        Self::MacroRules,
    ];

    /// The keyword that starts such an item.
    pub(crate) const fn keyword(self) -> &'static str {
        match self {
            Self::Fn => "fn",
            Self::Struct => "struct",
            Self::Enum => "enum",
            Self::Union => "union",
            Self::Trait => "trait",
            Self::Impl => "impl",
            Self::Mod => "mod",
            Self::Const => "const",
            Self::Static => "static",
            Self::TypeAlias => "type",
            Self::MacroRules => "macro_rules",
        }
    }
}

/// Takes what the scanner finds, in the order of the source.
pub(crate) trait Sink {
    /// A recorded item, as its children name their parent.
    type Item: Copy;

    /// An item was found. `name` of an impl is the last path segment of its self type, or `_` where that has none.
    fn item(&mut self, kind: Kind, name: &str, line: u32, parent: Option<Self::Item>) -> Self::Item;

    /// An identifier that is neither a keyword nor the name in an item's own definition.
    fn name_use(&mut self, name: &str, line: u32);
}

/// Where the scanner keeps the open scopes of a file.
pub(crate) trait Stack<T> {
    fn push(&mut self, value: T);
    fn pop(&mut self) -> Option<T>;
    /// The value on top.
    fn top(&self) -> Option<T>;
}

impl<T: Copy> Stack<T> for Vec<T> {
    fn push(&mut self, value: T) {
        self.push(value);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    fn top(&self) -> Option<T> {
        self.last().copied()
    }
}

/// Scans one file and returns its number of lines. `scopes` is scratch, and empty.
pub(crate) fn scan<S: Sink>(source: &str, scopes: &mut impl Stack<Option<S::Item>>, sink: &mut S) -> u32 {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    let code = &text[strip_shebang(text).unwrap_or(0)..];
    let mut scanner = Scanner {
        source: code,
        cursor: Cursor::new(code, FrontmatterAllowed::Yes),
        start: 0,
        end: 0,
        line: 1,
        scopes,
        sink,
    };
    scanner.items();
    let newlines = scanner.line - 1;
    newlines + u32::from(!text.is_empty() && !text.ends_with('\n'))
}

/// The tokens that matter here, by what they mean to the scanner.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// An identifier or a keyword.
    Word,
    /// `r#name`
    RawWord,
    OpenBrace,
    /// `(` or `[`
    Open,
    CloseBrace,
    /// `)` or `]`
    Close,
    Semi,
    Colon,
    Equals,
    Less,
    Greater,
    Minus,
    Bang,
    /// A string, character or number.
    Literal,
    Other,
    EndOfFile,
}

impl Token {
    fn of(kind: TokenKind) -> Self {
        match kind {
            // The latter is a keyword or name directly before a quote or `#`, as in `extern"C"`.
            TokenKind::Ident | TokenKind::UnknownPrefix => Self::Word,
            TokenKind::RawIdent => Self::RawWord,
            TokenKind::OpenBrace => Self::OpenBrace,
            TokenKind::OpenParen | TokenKind::OpenBracket => Self::Open,
            TokenKind::CloseBrace => Self::CloseBrace,
            TokenKind::CloseParen | TokenKind::CloseBracket => Self::Close,
            TokenKind::Semi => Self::Semi,
            TokenKind::Colon => Self::Colon,
            TokenKind::Eq => Self::Equals,
            TokenKind::Lt => Self::Less,
            TokenKind::Gt => Self::Greater,
            TokenKind::Minus => Self::Minus,
            TokenKind::Bang => Self::Bang,
            TokenKind::Literal { .. } => Self::Literal,
            TokenKind::Eof => Self::EndOfFile,
            _ => Self::Other,
        }
    }
}

/// How the head of an item ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// `{`: the body begins.
    Body,
    /// `;`, or the end of the file.
    Done,
    /// `=` outside angle brackets: a trait alias.
    Equals,
    /// `}` of the scope around it, in broken source.
    Closed,
}

struct Scanner<'s, 'k, S: Sink, K> {
    source: &'s str,
    cursor: Cursor<'s>,
    /// The current token is `source[start..end]`.
    start: usize,
    end: usize,
    /// The line in which the current token ends.
    line: u32,
    /// The open scopes, each with the item that owns it (none for a top-level `extern` block).
    scopes: &'k mut K,
    sink: &'k mut S,
}

impl<'s, 'k, S: Sink, K: Stack<Option<S::Item>>> Scanner<'s, 'k, S, K> {
    /// Steps to the next token that is not white space or a comment.
    fn advance(&mut self) -> Token {
        loop {
            // Not kept as a whole: its few bytes of payload would cost a copy per token.
            let kind = self.cursor.advance_token().kind;
            self.start = self.end;
            self.end = self.source.len() - self.cursor.as_str().len();
            return match kind {
                TokenKind::Whitespace | TokenKind::BlockComment { .. } | TokenKind::Frontmatter { .. } => {
                    self.count_newlines();
                    continue;
                }
                TokenKind::LineComment { .. } => continue,
                TokenKind::Literal { .. } => {
                    self.count_newlines();
                    Token::Literal
                }
                // `#"` and `##` are one token for the sake of the 2024 edition; to every earlier one they are two.
                TokenKind::GuardedStrPrefix => {
                    self.end = self.start + 1;
                    self.cursor = Cursor::new(&self.source[self.end..], FrontmatterAllowed::No);
                    Token::Other
                }
                kind => Token::of(kind),
            };
        }
    }

    fn count_newlines(&mut self) {
        let text = &self.source.as_bytes()[self.start..self.end];
        let newlines = text.iter().filter(|&&b| b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
    }

    /// The text of the current token.
    fn text(&self) -> &'s str {
        &self.source[self.start..self.end]
    }

    /// The kinds and texts of the next tokens, without stepping to them.
    fn peek(&self) -> impl Iterator<Item = (Token, &'s str)> + use<'s, 'k, S, K> {
        let mut cursor = Cursor::new(&self.source[self.end..], FrontmatterAllowed::No);
        core::iter::from_fn(move || {
            loop {
                let before = cursor.as_str();
                let kind = cursor.advance_token().kind;
                match kind {
                    TokenKind::Eof => return None,
                    TokenKind::Whitespace | TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {}
                    _ => return Some((Token::of(kind), &before[..before.len() - cursor.as_str().len()])),
                }
            }
        })
    }

    fn next_is(&self, kind: Token) -> bool {
        self.peek().next().is_some_and(|(next, _)| next == kind)
    }

    /// Whether the next token is an identifier that is no keyword.
    fn next_is_name(&self) -> bool {
        self.peek().next().is_some_and(|(kind, text)| match kind {
            Token::RawWord => true,
            Token::Word => !is_keyword(text),
            _ => false,
        })
    }

    /// Steps over the name of an item, if one follows.
    fn take_name(&mut self) -> Option<&'s str> {
        match self.peek().next()? {
            (Token::Word, _) => {
                self.advance();
                Some(self.text())
            }
            (Token::RawWord, _) => {
                self.advance();
                Some(without_raw_prefix(self.text()))
            }
            _ => None,
        }
    }

    fn record(&mut self, kind: Kind, name: &str, line: u32) -> S::Item {
        let parent = self.scopes.top().flatten();
        self.sink.item(kind, name, line, parent)
    }

    fn record_use(&mut self, kind: Token) {
        let text = self.text();
        if kind == Token::RawWord {
            self.sink.name_use(without_raw_prefix(text), self.line);
        } else if !is_keyword(text) {
            self.sink.name_use(text, self.line);
        }
    }

    /// Reads the whole file as a sequence of items in nested scopes.
    ///
    /// Attributes, visibilities, `unsafe`, `default`, `auto` and the paths of macro calls need no rule of their own:
    /// they are tokens and groups before the keyword that decides.
    fn items(&mut self) {
        loop {
            match self.advance() {
                Token::EndOfFile => return,
                Token::CloseBrace => self.close_scope(),
                Token::OpenBrace | Token::Open => self.skip_group(),
                Token::Word => self.item(),
                Token::RawWord => self.record_use(Token::RawWord),
                _ => {}
            }
        }
    }

    fn close_scope(&mut self) {
        self.scopes.pop();
    }

    /// Looks at an identifier where an item may begin.
    fn item(&mut self) {
        let line = self.line;
        match self.text() {
            "fn" => self.item_with_skipped_body(Kind::Fn, line),
            "struct" => self.item_with_skipped_body(Kind::Struct, line),
            "enum" => self.item_with_skipped_body(Kind::Enum, line),
            "union" if self.next_is_name() => self.item_with_skipped_body(Kind::Union, line),
            "mod" => self.item_with_scope(Kind::Mod, line),
            "trait" => self.item_with_scope(Kind::Trait, line),
            // `impl(crate) trait` restricts who may implement a trait.
            "impl" if !self.restricts_trait() => self.implementation(line),
            "type" => self.item_to_semicolon(Kind::TypeAlias, line),
            "const" => {
                // `const fn`, `const unsafe trait` and the like are decided by a later keyword.
                let qualifies =
                    matches!(self.peek().next(), Some((_, "fn" | "unsafe" | "async" | "extern" | "trait" | "impl")))
                        || self.peek().map(|(_, text)| text).take(2).eq(["auto", "trait"]);
                if !qualifies {
                    self.item_to_semicolon(Kind::Const, line);
                }
            }
            "static" => {
                if self.peek().next() == Some((Token::Word, "mut")) {
                    self.advance();
                }
                self.item_to_semicolon(Kind::Static, line);
            }
            "use" => self.skip_to_semicolon(),
            "extern" => self.external(),
            "macro_rules" if self.next_is(Token::Bang) => {
                self.advance();
                if let Some(name) = self.take_name() {
                    self.record(Kind::MacroRules, name, line);
                }
            }
            _ => self.record_use(Token::Word),
        }
    }

    /// Whether `impl` begins `impl(crate) trait`, `impl(in some::path) unsafe trait` and the like.
    fn restricts_trait(&self) -> bool {
        // Longer paths than this are not written, and without a bound `impl(in impl(in ...` would take quadratic time.
        let mut ahead = self.peek().take(40);
        ahead.next().is_some_and(|(kind, _)| kind == Token::Open)
            && ahead.next().is_some_and(|(_, text)| matches!(text, "crate" | "self" | "super" | "in"))
            && ahead.any(|(kind, _)| kind == Token::Close)
            && ahead.next().is_some_and(|(_, text)| matches!(text, "trait" | "unsafe" | "auto" | "const"))
    }

    fn item_with_skipped_body(&mut self, kind: Kind, line: u32) {
        let Some(name) = self.take_name() else { return };
        self.record(kind, name, line);
        match self.head(None) {
            End::Body => self.skip_group(),
            End::Equals => self.skip_to_semicolon(),
            End::Done => {}
            End::Closed => self.close_scope(),
        }
    }

    fn item_with_scope(&mut self, kind: Kind, line: u32) {
        let Some(name) = self.take_name() else { return };
        let item = self.record(kind, name, line);
        match self.head(None) {
            End::Body => self.scopes.push(Some(item)),
            End::Equals => self.skip_to_semicolon(),
            End::Done => {}
            End::Closed => self.close_scope(),
        }
    }

    fn item_to_semicolon(&mut self, kind: Kind, line: u32) {
        let Some(name) = self.take_name() else { return };
        self.record(kind, name, line);
        self.skip_to_semicolon();
    }

    fn implementation(&mut self, line: u32) {
        let mut target = SelfType::default();
        match self.head(Some(&mut target)) {
            End::Body => {
                let item = self.record(Kind::Impl, target.name(), line);
                self.scopes.push(Some(item));
            }
            End::Equals => self.skip_to_semicolon(),
            End::Done => {}
            End::Closed => self.close_scope(),
        }
    }

    /// After `extern`: a crate, a block, or the qualifier of a function.
    fn external(&mut self) {
        let mut ahead = self.peek();
        let first = ahead.next();
        let abi = matches!(first, Some((Token::Literal, _)));
        let after_abi = if abi { ahead.next() } else { first };
        if matches!(after_abi, Some((Token::OpenBrace, _))) {
            if abi {
                self.advance();
            }
            self.advance();
            let owner = self.scopes.top().flatten();
            self.scopes.push(owner);
        } else if matches!(first, Some((_, "crate"))) {
            self.skip_to_semicolon();
        }
    }

    /// Skips to what ends the head of an item: generics, parameters, types, bounds.
    ///
    /// `target` is told of what stands outside angle brackets.
    ///
    /// A brace inside angle brackets is a constant argument, and one after `name!` belongs to a macro in the place of a
    /// type (but `-> ! {` is the never type and a body). `->` closes no angle bracket.
    fn head(&mut self, mut target: Option<&mut SelfType<'s>>) -> End {
        let mut angles = 0_u32;
        let mut before = Token::EndOfFile;
        let mut macro_name = false;
        let mut macro_call = false;
        loop {
            let kind = self.advance();
            let mut name = false;
            match kind {
                Token::EndOfFile | Token::Semi => return End::Done,
                Token::CloseBrace => return End::Closed,
                Token::OpenBrace if angles == 0 && !macro_call => return End::Body,
                Token::OpenBrace | Token::Open => {
                    if let Some(target) = target.as_deref_mut().filter(|_| angles == 0) {
                        target.see(Piece::Group, self.peek().next());
                    }
                    self.skip_group();
                }
                Token::Equals if angles == 0 => return End::Equals,
                Token::Less => angles += 1,
                Token::Greater if before != Token::Minus => angles = angles.saturating_sub(1),
                Token::Word | Token::RawWord => {
                    self.record_use(kind);
                    name = kind == Token::RawWord || !is_keyword(self.text());
                    if let Some(target) = target.as_deref_mut().filter(|_| angles == 0) {
                        let text = without_raw_prefix(self.text());
                        target.see(if name { Piece::Name(text) } else { Piece::Keyword(text) }, self.peek().next());
                    }
                }
                Token::Colon if angles == 0 => {
                    if let Some(target) = target.as_deref_mut() {
                        target.see(Piece::Colon, None);
                    }
                }
                _ => {}
            }
            macro_call = kind == Token::Bang && macro_name;
            macro_name = name;
            before = kind;
        }
    }

    /// Skips an initialiser, an aliased type or a `use` tree.
    fn skip_to_semicolon(&mut self) {
        loop {
            match self.advance() {
                Token::EndOfFile | Token::Semi => return,
                Token::CloseBrace => return self.close_scope(),
                Token::OpenBrace | Token::Open => self.skip_group(),
                kind @ (Token::Word | Token::RawWord) => self.record_use(kind),
                _ => {}
            }
        }
    }

    /// Skips to the bracket that closes the current one. Which of the three kinds it is does not matter: the lexer has
    /// taken strings and comments away, and in valid source brackets are balanced.
    fn skip_group(&mut self) {
        let mut depth = 1_u64;
        while depth > 0 {
            match self.advance() {
                Token::EndOfFile => return,
                Token::OpenBrace | Token::Open => depth += 1,
                Token::CloseBrace | Token::Close => depth -= 1,
                kind @ (Token::Word | Token::RawWord) => self.record_use(kind),
                _ => {}
            }
        }
    }
}

/// A token in the head of an impl, outside angle brackets.
enum Piece<'s> {
    Name(&'s str),
    Keyword(&'s str),
    Colon,
    /// A bracketed group is about to be skipped.
    Group,
}

/// Picks the name by which an impl is known: of `impl fmt::Display for tree::Node<'_>` it is `Node`.
#[derive(Default)]
struct SelfType<'s> {
    name: Option<&'s str>,
    /// The only name of a type without a path, as `T` in `[T]`.
    inner: Option<&'s str>,
    after_colon: bool,
    bounds: bool,
}

impl<'s> SelfType<'s> {
    fn see(&mut self, piece: Piece<'s>, next: Option<(Token, &'s str)>) {
        let continues_path = core::mem::replace(&mut self.after_colon, matches!(piece, Piece::Colon));
        if self.bounds {
            return;
        }
        match piece {
            Piece::Keyword("where") => self.bounds = true,
            // `for<'a>` only binds a lifetime; any other `for` ends the trait.
            Piece::Keyword("for") if !matches!(next, Some((Token::Less, _))) => *self = Self::default(),
            // Of `dyn Trait + Send` the first path counts.
            Piece::Name(text) if self.name.is_none() || continues_path => self.name = Some(text),
            Piece::Group if self.inner.is_none() => {
                self.inner = match next {
                    Some((Token::Word, text)) if !is_keyword(text) => Some(text),
                    _ => None,
                };
            }
            _ => {}
        }
    }

    fn name(&self) -> &'s str {
        self.name.or(self.inner).unwrap_or("_")
    }
}

fn without_raw_prefix(name: &str) -> &str {
    name.strip_prefix("r#").unwrap_or(name)
}

/// Whether `text` is a keyword of the 2018 edition or later, strict or reserved. Keywords that are only so in context
/// (`union`, `auto`, `default`, ...) are names, and so is `gen`, which was one in too much code.
fn is_keyword(text: &str) -> bool {
    // The first byte tells most names from all keywords.
    match text.as_bytes()[0] {
        b'_' => text.len() == 1,
        b'S' => text == "Self",
        b'a' => matches!(text, "as" | "async" | "await" | "abstract"),
        b'b' => matches!(text, "break" | "become" | "box"),
        b'c' => matches!(text, "const" | "continue" | "crate"),
        b'd' => matches!(text, "dyn" | "do"),
        b'e' => matches!(text, "else" | "enum" | "extern"),
        b'f' => matches!(text, "fn" | "for" | "false" | "final"),
        b'i' => matches!(text, "if" | "impl" | "in"),
        b'l' => matches!(text, "let" | "loop"),
        b'm' => matches!(text, "match" | "mut" | "mod" | "move" | "macro"),
        b'o' => text == "override",
        b'p' => matches!(text, "pub" | "priv"),
        b'r' => matches!(text, "return" | "ref"),
        b's' => matches!(text, "self" | "struct" | "static" | "super"),
        b't' => matches!(text, "type" | "true" | "trait" | "try" | "typeof"),
        b'u' => matches!(text, "use" | "unsafe" | "unsized"),
        b'v' => text == "virtual",
        b'w' => matches!(text, "where" | "while"),
        b'y' => text == "yield",
        _ => false,
    }
}
