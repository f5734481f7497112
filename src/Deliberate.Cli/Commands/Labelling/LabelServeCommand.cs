using Deliberate.Server;

namespace Deliberate.Cli;

/// <summary>Serves the pages to label on, alone, and opens the models that write alternatives for labellers.</summary>
internal sealed class LabelServeCommand() : AreaServeCommand(
    LabellingArea.Root,
    "Serve the pages to label on, with accounts. The first start prints the link that makes its owner.",
    "deliberate label serve",
    "deliberate label serve --database /srv/labelling --public-address https://label.example.org --no-browser",
    "deliberate label serve --port 8080   # on PostgreSQL, where DELIBERATE_DATABASE holds its connection string");
