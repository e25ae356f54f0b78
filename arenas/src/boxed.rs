//! `ArenaBox`: an owned handle to a value in an arena, which runs `Drop`.
