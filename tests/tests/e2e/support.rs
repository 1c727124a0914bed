//! A stranger's tools: HTTP by hand, a WebSocket, the command line with a home of its own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use devtail_tests::gateway::{self, Gateway};
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{self, client::IntoClientRequest as _};

/// How long anything may take that has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("no JSON: {:?}", self.body))
    }
}

/// A GET as a browser at the gateway's own address sends it.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<Answer> {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
}

/// A POST of JSON; `headers` are whole lines.
pub(crate) fn post(address: SocketAddr, path: &str, headers: &str, body: &Value) -> Result<Answer> {
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}",
        body.len()
    );
    ask(address, &format!("{head}\r\n{headers}\r\n{body}"))
}

/// The header of a POST of JSON.
pub(crate) const JSON: &str = "Content-Type: application/json\r\n";

fn ask(address: SocketAddr, request: &str) -> Result<Answer> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) =
        answer.split_once("\r\n\r\n").with_context(|| format!("no HTTP: {answer:?}"))?;
    let status = head.split(' ').nth(1).context("an answer has a status")?.parse()?;
    Ok(Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() })
}

/// What a device gets that pairs over HTTP.
pub(crate) fn pair(gateway: &Gateway) -> Result<Value> {
    pair_with(gateway.listen(), gateway.link())?.json()
}

/// The code of a gateway's first link.
pub(crate) fn code(gateway: &Gateway) -> Result<&str> {
    code_of(gateway.link())
}

fn code_of(link: &str) -> Result<&str> {
    let (_, fragment) = link.split_once("#pair=").context("a link has a code")?;
    fragment.split('&').next().context("a code ends somewhere")
}

/// The gateway's answer to this link's code.
pub(crate) fn pair_with(address: SocketAddr, link: &str) -> Result<Answer> {
    let code = code_of(link)?;
    post(
        address,
        "/api/pair",
        JSON,
        &json!({ "code": code, "device": "a stranger", "cookie": false }),
    )
}

/// Text of a field.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field].as_str().with_context(|| format!("no {field} in {value}"))
}

/// A link of the wire, upgraded with this token and one header more.
pub(crate) async fn upgrade(
    address: SocketAddr,
    token: Option<&str>,
    header: Option<(&'static str, &str)>,
) -> Result<WebSocketStream<tokio::net::TcpStream>, tungstenite::Error> {
    let mut request = format!("ws://{address}/ws").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "devtail.v1".parse()?);
    if let Some(token) = token {
        headers.insert("authorization", format!("Bearer {token}").parse()?);
    }
    if let Some((name, value)) = header {
        headers.insert(name, value.parse()?);
    }
    let socket = tokio::net::TcpStream::connect(address).await?;
    Ok(tokio_tungstenite::client_async(request, socket).await?.0)
}

/// The status with which an upgrade was refused.
pub(crate) fn refused<T>(outcome: Result<T, tungstenite::Error>) -> Result<(u16, String)> {
    match outcome {
        Err(tungstenite::Error::Http(answer)) => {
            let body =
                answer.body().as_ref().map(|body| String::from_utf8_lossy(body).into_owned());
            Ok((answer.status().as_u16(), body.unwrap_or_default()))
        }
        Err(other) => Err(other.into()),
        Ok(_) => anyhow::bail!("the upgrade was not refused"),
    }
}

/// The command line of one person, with a home and configuration of their own.
pub(crate) struct Person(tempfile::TempDir);

impl Person {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    /// `devtail` with these arguments.
    pub(crate) fn devtail(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(gateway::program("devtail")?);
        command
            .args(arguments)
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.0.path().join("config"));
        command.env_remove("DEVTAIL_LOG").stdin(Stdio::null());
        Ok(command)
    }

    /// What it prints, if it ends with 0.
    pub(crate) fn output(&self, arguments: &[&str]) -> Result<String> {
        let output = self.devtail(arguments)?.output()?;
        let error = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "devtail {}: {}: {error}",
            arguments.join(" "),
            output.status
        );
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The configuration's folder, for a program that is not started by [`Self::devtail`].
    pub(crate) fn environment(&self) -> [(&'static str, std::path::PathBuf); 2] {
        [("HOME", self.0.path().to_owned()), ("XDG_CONFIG_HOME", self.0.path().join("config"))]
    }
}
