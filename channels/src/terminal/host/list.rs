//! The list of terminals: each holder tells its own line.

use std::sync::Arc;

use bytes::Bytes;
use devtail_protocol::{Code, Fault};
use tokio::task::JoinSet;

use crate::dock::Dock;
use crate::terminal::message::{Answer, Query};

/// Answers a question to the kind. A holder that does not answer is left out.
///
/// # Errors
/// [`Code::BadSpec`] if it is no question of this kind.
pub async fn answer(query: &Bytes, docks: &[Arc<Dock>]) -> Result<Bytes, Fault> {
    let Query::List = Query::decode(query).map_err(|bad| Fault::new(Code::BadSpec, bad.to_string()))?;
    let mut asked = JoinSet::new();
    for dock in docks {
        let (dock, query) = (Arc::clone(dock), query.clone());
        asked.spawn(async move { dock.ask(query).await });
    }
    let mut lines = Vec::new();
    while let Some(answer) = asked.join_next().await {
        let Ok(Ok(bytes)) = answer else { continue };
        if let Ok(Answer::List(line)) = Answer::decode(&bytes) {
            lines.extend(line);
        }
    }
    lines.sort_by_key(|line| (line.created_ms, line.id));
    Ok(Answer::List(lines).encode())
}
