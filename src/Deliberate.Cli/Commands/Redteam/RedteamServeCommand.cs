using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Serves the pages of red teaming, with accounts, and opens the models that testers talk to.</summary>
internal sealed class RedteamServeCommand() : AreaServeCommand(
    RedteamArea.Root,
    "Serve the pages on which people test models, with accounts. The first start prints the link that makes its owner; deliberate label invite makes links for testers.",
    "deliberate redteam serve",
    "deliberate redteam serve --database /srv/redteam --public-address https://red.example.org --no-browser");
