//! The gateways this user is a device of: one file each, remembered after the first link.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result};
use devtail_client::{
    Credential, Endpoint, Enrolment, Invitation, PairingLink, Place, Purpose, Store, go_on, join,
    pair,
};
use devtail_control::{Grant, Scopes};
use devtail_gateway::Folders;

use crate::exit::Failure;
use crate::host::Host;

/// Which gateway a command talks to.
#[derive(clap::Args, Debug, Clone, Default)]
pub(crate) struct Which {
    /// The gateway to use, by the name it is remembered under [default: the only one known]
    #[arg(long, env = "DEVTAIL_GATEWAY", value_name = "NAME")]
    pub(crate) gateway: Option<String>,
}

/// A gateway that is remembered.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) store: Store,
    pub(crate) enrolment: Enrolment,
}

impl Known {
    pub(crate) fn credential(&self) -> Result<Credential> {
        Ok(Credential::open(self.store.clone())?)
    }
}

/// Finds the gateway: by a link, which is redeemed and remembered; by its name; the only one known; or one of this user
/// that runs on this machine, with which this device pairs by itself.
pub(crate) async fn find(link: Option<&str>, which: &Which) -> Result<Known> {
    Ok(arrive(link, which).await?.0)
}

/// As [`find`], and the place where another device is, if the link hands it over.
pub(crate) async fn arrive(link: Option<&str>, which: &Which) -> Result<(Known, Option<Place>)> {
    let folder = folder()?;
    if let Some(link) = link {
        return by_link(&folder, link, which.gateway.as_deref()).await;
    }
    Ok((without_link(&folder, which).await?, None))
}

async fn without_link(folder: &Path, which: &Which) -> Result<Known> {
    let known = all(folder)?;
    if let Some(name) = &which.gateway {
        let found = known.into_iter().find(|known| known.name == *name);
        return found.ok_or_else(|| {
            Failure::usage(format!(
                "no gateway is known as {name}; `devtail connect LINK` makes one known"
            ))
            .into()
        });
    }
    match <[Known; 1]>::try_from(known) {
        Ok([only]) => Ok(only),
        Err(known) if known.is_empty() => on_this_machine(folder).await,
        Err(known) => {
            let names: Vec<_> = known.iter().map(|known| known.name.as_str()).collect();
            Err(Failure::usage(format!(
                "several gateways are known ({}); choose one with --gateway NAME",
                names.join(", ")
            ))
            .into())
        }
    }
}

/// Everyone remembered, by name.
pub(crate) fn all(folder: &Path) -> Result<Vec<Known>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(|| format!("cannot list {}", folder.display()))?,
    };
    let mut known = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let (Some("json"), Some(name)) = (extension(&path), stem(&path)) else { continue };
        let store = Store::File(path.clone());
        known.push(Known { name: name.to_owned(), enrolment: store.load()?, store });
    }
    known.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(known)
}

/// Where they are remembered.
pub(crate) fn folder() -> Result<PathBuf> {
    let file = Folders::from_env().config_file()?;
    Ok(file.parent().unwrap_or(Path::new(".")).join("gateways"))
}

async fn by_link(folder: &Path, link: &str, name: Option<&str>) -> Result<(Known, Option<Place>)> {
    // A bare address will do for a gateway that is known.
    if let Ok(endpoint) = link.parse::<Endpoint>()
        && !link.contains('#')
    {
        let found = at(folder, &endpoint)?;
        let found = found.ok_or_else(|| {
            Failure::usage(format!("{endpoint} is not known yet; `devtail pair` on that host makes a link that can pair"))
        })?;
        return Ok((found, None));
    }
    let link: Invitation = link.parse().map_err(|bad| Failure::usage(format!("{bad}")))?;
    match link.purpose {
        Purpose::Pair => {
            let Invitation { endpoint, fingerprint, code, purpose: _ } = link;
            let enrolment =
                pair(&PairingLink { endpoint, fingerprint, code }, &device_name()).await?;
            Ok((remember(folder, enrolment, name)?, None))
        }
        Purpose::Share => {
            Err(Failure::usage("a shared terminal is looked at in a browser: open the link there")
                .into())
        }
        Purpose::Handoff => handed_over(folder, &link, name).await,
    }
}

/// A gateway that knows this device lets it go on as that one; any other makes it one.
async fn handed_over(
    folder: &Path,
    link: &Invitation,
    name: Option<&str>,
) -> Result<(Known, Option<Place>)> {
    if let Some(known) = at(folder, &link.endpoint)? {
        let credential = known.credential()?;
        // A device that was revoked holds no token, and spends no ticket by asking for one.
        if credential.access().await.is_ok() {
            let place = go_on(&credential, link).await?;
            return Ok((known, Some(place)));
        }
    }
    let (enrolment, place) = join(link, &device_name()).await?;
    Ok((remember(folder, enrolment, name)?, Some(place)))
}

fn at(folder: &Path, endpoint: &Endpoint) -> Result<Option<Known>> {
    Ok(all(folder)?.into_iter().find(|known| known.enrolment.endpoint == *endpoint))
}

async fn on_this_machine(folder: &Path) -> Result<Known> {
    let none = "no gateway is known; give a link once (`devtail pair` on the host prints one), or start one here with `devtail up`";
    let host = Host::of_this_user()?;
    let Ok(address) = host.address() else { return Err(Failure::usage(none).into()) };
    let pairing =
        host.control()?.create_pairing(crate::host::now(), &Grant::everywhere(everything()))?;
    let link: PairingLink =
        address.pairing_link(&pairing.code).parse().context("the gateway's own link is damaged")?;
    remember(folder, pair(&link, &device_name()).await?, None)
}

fn everything() -> Scopes {
    devtail_control::Scope::ALL.into_iter().collect()
}

/// Keeps it under its host's name, or another one if that is taken by another gateway.
fn remember(folder: &Path, enrolment: Enrolment, name: Option<&str>) -> Result<Known> {
    let wanted = file_name(name.unwrap_or(&enrolment.host));
    let known = all(folder)?;
    let is_free = |name: &str| {
        known
            .iter()
            .all(|known| known.name != name || known.enrolment.gateway_id == enrolment.gateway_id)
    };
    let again = known.iter().find(|known| known.enrolment.gateway_id == enrolment.gateway_id);
    let name = match again {
        Some(again) if name.is_none() => again.name.clone(),
        Some(_) | None => (1..)
            .map(|n| if n == 1 { wanted.clone() } else { format!("{wanted}-{n}") })
            .find(|name| is_free(name))
            .expect("numbers do not end"),
    };
    let store = Store::File(folder.join(format!("{name}.json")));
    store.save(&enrolment)?;
    Ok(Known { name, store, enrolment })
}

fn file_name(host: &str) -> String {
    let of_a_name = |c: char| {
        if c.is_ascii_alphanumeric() || "-_".contains(c) { c.to_ascii_lowercase() } else { '-' }
    };
    let name: String = host.chars().take(40).map(of_a_name).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "gateway".to_owned() } else { name.to_owned() }
}

/// What the gateway's owner sees in the list of devices.
fn device_name() -> String {
    let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
    env::var("USER").map_or_else(|_| machine.clone(), |user| format!("{user}@{machine} (devtail)"))
}

fn extension(path: &Path) -> Option<&str> {
    path.extension()?.to_str()
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

#[cfg(test)]
mod tests {
    use devtail_client::Secret;

    use super::*;

    fn enrolment(gateway_id: &str) -> Enrolment {
        Enrolment {
            endpoint: "http://127.0.0.1:8377".parse().unwrap(),
            fingerprint: None,
            gateway_id: gateway_id.into(),
            host: "Build Box.local".into(),
            device_id: "d".into(),
            device: "laptop".into(),
            scopes: vec![],
            refresh_token: Secret::new("r"),
        }
    }

    #[test]
    fn a_gateway_keeps_its_name_and_another_one_of_the_same_host_gets_another() {
        let temp = tempfile::tempdir().unwrap();
        let name = |id, name| remember(temp.path(), enrolment(id), name).unwrap().name;
        assert_eq!(name("one", None), "build-box-local");
        assert_eq!(name("two", None), "build-box-local-2");
        assert_eq!(name("one", None), "build-box-local");
        assert_eq!(name("three", Some("work")), "work");
        assert_eq!(all(temp.path()).unwrap().len(), 3);
    }

    #[test]
    fn a_name_from_outside_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name("…"), "gateway");
    }
}
