using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>Every area, in the order of the navigation; the server opens on the first. To add one: copy the nearest, and add its line here.</summary>
internal static class ServerAreas
{
    public static IReadOnlyList<IServerArea> All { get; } =
    [
        new RunsArea(),
        new EvaluationsArea(),
        new ChatArea(),
        new LabellingArea(),
        new RedteamArea(),
        new AccountsArea(),
    ];

    /// <summary>Whether somebody of a role may ask for a path: what no area opens is the owners'.</summary>
    public static bool MayUse(PathString path, AccountRole role) => role == AccountRole.Owner || path == "/" || All.Any(area => area.MayUse(path, role));

    /// <summary>Those that somebody of a role may begin at; without accounts, all.</summary>
    public static IReadOnlyList<IServerArea> Shown(ServerOptions options, AccountRole? role) => [.. Shown(options).Where(area => role is null || MayUse(area.Path, role.Value))];

    /// <summary>Those that a server has something for.</summary>
    public static IReadOnlyList<IServerArea> Shown(ServerOptions options) => [.. All.Where(area => area.IsShown(options))];
}
