//! What an adapter file says, read into something that cannot be wrong.

use std::collections::BTreeMap;

use anyhow::{Result, bail, ensure};
use serde::Deserialize;

use super::template::{Template, unknown_placeholder};
use crate::plain::Echo;

/// A peer that can be run beside us.
#[derive(Debug, Clone)]
pub(crate) struct Adapter {
    /// What its figures are called: the file's name.
    pub(crate) name: String,
    /// The programs that must be installed.
    pub(crate) needs: Vec<String>,
    /// Files to be written into its folder, by name.
    pub(crate) files: BTreeMap<String, String>,
    /// Command lines to be run first.
    pub(crate) before: Vec<Vec<String>>,
    /// Runs as long as the peer is measured, and listens on `{port}`.
    pub(crate) server: Option<Server>,
    /// How a program in it is reached.
    pub(crate) way: Way,
}

/// How a program in a peer is reached.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    /// By a client in a terminal.
    Client(Client),
    /// By a WebSocket.
    WebSocket(WebSocket),
}

/// A process to be started.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) argv: Vec<String>,
}

/// A client in a terminal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    pub(crate) argv: Vec<String>,
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) echo: Echo,
}

/// A WebSocket and what stands around what is typed and printed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebSocket {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) subprotocol: Option<String>,
    /// The first message.
    #[serde(default)]
    pub(crate) first: Option<String>,
    /// Stands before what is typed, in a message of its own.
    #[serde(default)]
    pub(crate) input: String,
    /// Stands behind it.
    #[serde(default)]
    pub(crate) input_end: String,
    /// Stands before what the program printed; messages that begin otherwise are passed over.
    #[serde(default)]
    pub(crate) output: String,
    /// Whether messages are text.
    #[serde(default)]
    pub(crate) text: bool,
    pub(crate) echo: Echo,
}

/// The file as it stands.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Its server, files and preparations are those of this one, and its own besides.
    pub(super) like: Option<String>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    before: Vec<Vec<String>>,
    server: Option<Server>,
    client: Option<Client>,
    websocket: Option<WebSocket>,
}

impl File {
    /// Reads the text of a file.
    pub(super) fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// The adapter it means, after the one that it is like.
    pub(super) fn adapter(self, name: &str, like: Option<Adapter>) -> Result<Adapter> {
        let way = match (self.client, self.websocket) {
            (Some(client), None) => Way::Client(client),
            (None, Some(socket)) => Way::WebSocket(socket),
            (None, None) => bail!("nothing says how to type: add [client] or [websocket]"),
            (Some(_), Some(_)) => bail!("it is typed in one way: keep [client] or [websocket]"),
        };
        let (mut needs, mut files, mut before, server) = like.map_or_else(
            || (Vec::new(), BTreeMap::new(), Vec::new(), None),
            |like| (like.needs, like.files, like.before, like.server),
        );
        needs.extend(self.needs);
        files.extend(self.files);
        before.extend(self.before);
        let server = self.server.or(server);
        let adapter = Adapter { name: name.to_owned(), needs, files, before, server, way };
        adapter.check()?;
        Ok(adapter)
    }
}

impl Adapter {
    fn check(&self) -> Result<()> {
        for argv in self.lines() {
            ensure!(
                argv.first().is_some_and(|word| !word.is_empty()),
                "an argv is empty: name the program first"
            );
        }
        if let Some(name) = self.files.keys().find(|name| name.contains('/')) {
            bail!("the file {name} would leave the peer's folder: give it a plain name");
        }
        if let Way::WebSocket(socket) = &self.way {
            ensure!(
                socket.url.starts_with("ws://"),
                "the url {} is none of a WebSocket without TLS: begin it with ws://",
                socket.url
            );
        }
        let texts = self.lines().into_iter().flatten().chain(self.files.values());
        let url = match &self.way {
            Way::WebSocket(socket) => Some(&socket.url),
            Way::Client(_) => None,
        };
        if let Some(word) = texts.chain(url).find_map(|text| unknown_placeholder(text)) {
            bail!(
                "nobody fills {{{word}}} in: there are {{folder}}, {{address}}, {{port}} and {{program}}"
            );
        }
        Ok(())
    }

    fn lines(&self) -> Vec<&Vec<String>> {
        let client = match &self.way {
            Way::Client(client) => Some(&client.argv),
            Way::WebSocket(_) => None,
        };
        let server = self.server.iter().map(|server| &server.argv);
        self.before.iter().chain(server).chain(client).collect()
    }
}

impl WebSocket {
    /// Without any framing.
    pub(super) fn bare(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            subprotocol: None,
            first: None,
            input: String::new(),
            input_end: String::new(),
            output: String::new(),
            text: false,
            echo: Echo::Bytes,
        }
    }

    /// With its placeholders filled in.
    pub(super) fn filled(&self, template: &Template) -> Self {
        Self { url: template.text(&self.url), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(text: &str) -> Result<Adapter> {
        File::parse(text)?.adapter("it", None)
    }

    fn error(text: &str) -> String {
        format!("{:#}", adapter(text).expect_err("it is wrong"))
    }

    #[test]
    fn a_file_says_how_to_start_to_type_and_to_see() {
        let text = r#"
            needs = ["x"]
            [server]
            argv = ["x", "--port={port}", "{program}"]
            [websocket]
            url = "ws://{address}:{port}/ws"
            first = '{"columns":80}'
            input = "0"
            echo = "bytes"
        "#;
        let adapter = adapter(text).expect("it is right");
        let Way::WebSocket(socket) = &adapter.way else { panic!("it has a WebSocket") };
        assert_eq!(socket.first.as_deref(), Some("{\"columns\":80}"));
        assert_eq!((socket.input.as_str(), socket.output.as_str()), ("0", ""));
    }

    #[test]
    fn what_it_is_like_comes_first() {
        let first = "needs = ['a']\nbefore = [['a']]\n[server]\nargv = ['a']\n[client]\nargv = ['a']\necho = 'bytes'";
        let first = adapter(first).expect("it is right");
        let second = "like = 'a'\nneeds = ['b']\n[client]\nargv = ['b']\necho = 'text'";
        let file = File::parse(second).expect("it is TOML");
        let second = file.adapter("second", Some(first)).expect("it is right");
        assert_eq!(second.needs, ["a", "b"]);
        assert!(second.server.is_some() && second.before.len() == 1);
        assert!(matches!(second.way, Way::Client(client) if client.argv == ["b"]));
    }

    #[test]
    fn a_wrong_file_is_told_what_is_wrong_and_what_to_do() {
        let client = "[client]\nargv = ['x']\necho = 'bytes'\n";
        assert!(error("needs = ['x']").contains("add [client] or [websocket]"));
        let both = format!("{client}[websocket]\nurl = 'ws://h/'\necho = 'text'");
        assert!(error(&both).contains("keep [client] or [websocket]"));
        assert!(error("[client]\nargv = []\necho = 'text'").contains("name the program first"));
        assert!(error("[client]\nargv = ['x', '{prot}']\necho = 'text'").contains("{prot}"));
        assert!(error("[websocket]\nurl = 'http://h/'\necho = 'text'").contains("ws://"));
        assert!(error(&format!("{client}[files]\n'../x' = ''")).contains("plain name"));
        assert!(error("[client]\nargv = ['x']\necho = 'colour'").contains("`bytes` or `text`"));
        assert!(error(&format!("prot = 1\n{client}")).contains("unknown field `prot`"));
    }
}
