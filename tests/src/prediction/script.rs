//! What a person types in each recorded session, and at what pace: words and edits, typing errors and history.

use super::scene::Program;
use crate::chance::Chance;

/// A session to be recorded.
#[derive(Debug)]
pub struct Script {
    /// The recording's name.
    pub name: &'static str,
    /// What runs.
    pub program: Program,
    /// What the person does.
    pub acts: &'static [Act],
}

/// One thing a person does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// Types this, letter by letter.
    Type(&'static str),
    /// Types this, a password.
    Secret(&'static str),
    /// Presses a key that sends this, so many times.
    Press(&'static str, usize),
    /// Waits until the program is quiet, and reads.
    Read,
    /// Waits until the program says this, and reads.
    Await(&'static str),
}

use Act::{Await, Press, Read, Secret, Type};

const ENTER: Act = Press("\r", 1);
const TAB: Act = Press("\t", 1);
const UP: Act = Press("\x1b[A", 1);
const RIGHT: Act = Press("\x1b[C", 1);
const ESCAPE: Act = Press("\x1b", 1);
const INTERRUPT: Act = Press("\x03", 1);

const fn backspace(times: usize) -> Act {
    Press("\x7f", times)
}

const fn left(times: usize) -> Act {
    Press("\x1b[D", times)
}

/// What is typed into every shell.
const SHELL: &[Act] = &[
    Read,
    Type("ls -l"),
    ENTER,
    Read,
    Type("cat REDA"),
    backspace(2),
    Type("ADME.md"),
    ENTER,
    Read,
    Type("git status --short"),
    ENTER,
    Read,
    Type("grep -n total sr"),
    TAB,
    Type("*.py"),
    ENTER,
    Read,
    UP,
    Read,
    Type(" | wc -l"),
    ENTER,
    Read,
    Type("echo 'the quick brown fox' > note.txt"),
    ENTER,
    Read,
    Type("git commit -am \"count the totl\""),
    left(2),
    Type("a"),
    ENTER,
    Read,
    Type("make tset"),
    INTERRUPT,
    Read,
    Type("seq 3 | xargs -n1 echo item"),
    ENTER,
    Read,
    Type("cd src"),
    ENTER,
    Read,
    Type("head -3 cart.py"),
    ENTER,
    Read,
    Type("cd .."),
    ENTER,
    Read,
    Type("git log --oneline"),
    ENTER,
    Read,
    Press("\x12", 1),
    Type("wc"),
    ENTER,
    Read,
    Type("exit"),
    ENTER,
    Read,
];

/// What is typed where the shell suggests commands of the past.
const SUGGESTED: &[Act] = &[
    Read,
    Type("git status"),
    ENTER,
    Read,
    Type("git lo"),
    RIGHT,
    ENTER,
    Read,
    Type("docker compose up --build"),
    backspace(7),
    ENTER,
    Read,
    Type("cargo test"),
    RIGHT,
    backspace(5),
    ENTER,
    Read,
];

const VIM: &[Act] = &[
    Read,
    Type("vim note.txt"),
    ENTER,
    Read,
    Type("o"),
    Type("The total is wrong when the cart is empty."),
    ENTER,
    Type("We cout"),
    backspace(2),
    Type("unt the items twice,"),
    ENTER,
    Type("once in the loop and once behind it."),
    ESCAPE,
    Read,
    Type("kkw"),
    Type("cwsum"),
    ESCAPE,
    Read,
    Type("Go- see cart.py, line 12"),
    ESCAPE,
    Read,
    Type(":wq"),
    ENTER,
    Read,
];

const PYTHON: &[Act] = &[
    Read,
    Type("import math"),
    ENTER,
    Read,
    Type("math.sqrt(2) * 10"),
    ENTER,
    Read,
    Type("def twice(n):"),
    ENTER,
    Type("    return n * 3"),
    backspace(1),
    Type("2"),
    ENTER,
    ENTER,
    Read,
    Type("[twice(n) for n in range(10) if n % 3]"),
    ENTER,
    Read,
    UP,
    Read,
    left(1),
    Type(" and n < 8"),
    ENTER,
    Read,
    Type("sum(_)"),
    ENTER,
    Read,
    Type("'-'.join(str(n) for n in _)"),
    INTERRUPT,
    Read,
    Type("exit()"),
    ENTER,
    Read,
];

const SUDO: &[Act] = &[
    Read,
    Type("sudo ls /etc/ssl"),
    ENTER,
    Await("password"),
    Secret("Tr0ub4dor&3"),
    ENTER,
    Await("password"),
    Secret("correct horse"),
    backspace(5),
    Secret("staple"),
    INTERRUPT,
    Await("dev@box"),
    // Who knows that it will ask does not wait for it.
    Type("sudo id"),
    ENTER,
    Secret("Tr0ub4dor&3"),
    ENTER,
    Await("password"),
    INTERRUPT,
    Await("dev@box"),
    Type("echo well then"),
    ENTER,
    Read,
];

const SSH: &[Act] = &[
    Read,
    Type("ssh -F ssh.conf box"),
    ENTER,
    Await("password"),
    Secret("Tr0ub4dor&3"),
    ENTER,
    Await("password"),
    Secret("xkcd936!"),
    ENTER,
    Await("password"),
    INTERRUPT,
    Await("dev@box"),
    Type("ssh -F ssh.conf box"),
    ENTER,
    Secret("Tr0ub4dor&3"),
    ENTER,
    Await("password"),
    INTERRUPT,
    Await("dev@box"),
    Type("echo well then"),
    ENTER,
    Read,
];

const LESS: &[Act] = &[
    Read,
    Type("less src/cart.py"),
    ENTER,
    Read,
    Press(" ", 2),
    Read,
    Type("jjjkk"),
    Type("/total"),
    ENTER,
    Read,
    Type("nnN"),
    Type("/discont"),
    backspace(3),
    Type("unt"),
    ENTER,
    Read,
    Type("gq"),
    Read,
    Type("echo read"),
    ENTER,
    Read,
];

const AGENT: &[Act] = &[
    Read,
    Type("explain why the tset"),
    backspace(4),
    Type("test in src/cart.py fails and fix it"),
    Read,
    left(3),
    Type("please "),
    Read,
    Press("\x05", 1),
    Type(", then run the tests again. "),
    Type("Do not touch the other files in the folder"),
    Read,
    Press("\x15", 1),
    Type("/hel"),
    backspace(4),
    Read,
    INTERRUPT,
    INTERRUPT,
    Read,
];

/// All sessions.
pub const SCRIPTS: &[Script] = &[
    Script { name: "agent", program: Program::Agent, acts: AGENT },
    Script { name: "bash", program: Program::Bash, acts: SHELL },
    Script { name: "fish", program: Program::Fish, acts: SHELL },
    Script { name: "fish-suggests", program: Program::Fish, acts: SUGGESTED },
    Script { name: "less", program: Program::Bash, acts: LESS },
    Script { name: "python", program: Program::Python, acts: PYTHON },
    Script { name: "ssh-password", program: Program::Stranger, acts: SSH },
    Script { name: "sudo-password", program: Program::Stranger, acts: SUDO },
    Script { name: "vim", program: Program::Bash, acts: VIM },
    Script { name: "zsh", program: Program::Zsh, acts: SHELL },
    Script { name: "zsh-suggests", program: Program::Zsh, acts: SUGGESTED },
];

/// How long after the key before it a person presses this one, ms: 60 words a minute, uneven, slower after a word.
pub(super) fn pace(chance: &mut Chance, last: char) -> u64 {
    let slow = if last.is_alphanumeric() { 0 } else { 60 };
    90 + slow + chance.below(100) + chance.below(100)
}

/// How long a person reads before they go on, ms.
pub(super) const fn reading(chance: &mut Chance) -> u64 {
    600 + chance.below(700)
}
