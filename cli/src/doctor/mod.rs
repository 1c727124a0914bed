//! What `devtail doctor` looks at: each look is one finding.

pub(crate) mod device;
pub(crate) mod gateway;
pub(crate) mod here;

use std::fmt;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    Good,
    /// Not wrong, and good to know.
    Note,
    Wrong,
}

/// One look.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) check: String,
    pub(crate) state: Health,
    pub(crate) says: String,
    /// What to do; nothing if all is well.
    pub(crate) remedy: Option<String>,
}

impl Health {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Note => "note",
            Self::Wrong => "wrong",
        }
    }
}

impl Finding {
    pub(crate) fn good(check: impl Into<String>, says: impl Into<String>) -> Self {
        Self { check: check.into(), state: Health::Good, says: says.into(), remedy: None }
    }

    pub(crate) fn note(
        check: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            check: check.into(),
            state: Health::Note,
            says: says.into(),
            remedy: Some(remedy.into()),
        }
    }

    pub(crate) fn wrong(
        check: impl Into<String>,
        says: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { state: Health::Wrong, ..Self::note(check, says, remedy) }
    }

    pub(crate) fn is_wrong(&self) -> bool {
        self.state == Health::Wrong
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:5}  {}: {}", self.state.word(), self.check, self.says)?;
        match &self.remedy {
            Some(remedy) => write!(f, "\n       {remedy}"),
            None => Ok(()),
        }
    }
}
