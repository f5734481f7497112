namespace Deliberate.Server;

/// <summary>Every area, in the order of the navigation; the server opens on the first. To add one: copy the nearest, and add its line here.</summary>
internal static class ServerAreas
{
    public static IReadOnlyList<IServerArea> All { get; } =
    [
        new RunsArea(),
        new EvaluationsArea(),
        new ChatArea(),
    ];

    /// <summary>Those that a server has something for.</summary>
    public static IReadOnlyList<IServerArea> Shown(ServerOptions options) => [.. All.Where(area => area.IsShown(options))];
}
