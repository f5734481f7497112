using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>A part of the server that a room brings: a place in the navigation, pages, and what these need. Listed in <see cref="ServerAreas"/>.</summary>
internal interface IServerArea
{
    /// <summary>In the navigation, a word.</summary>
    string Title { get; }

    /// <summary>Where it begins: <c>/runs</c>. The navigation leads there.</summary>
    string Path { get; }

    /// <summary>Its pages, each a component with <c>@page</c>: while one of them is shown, the navigation says so.</summary>
    IReadOnlyList<Type> Pages { get; }

    /// <summary>Whether the server was given what it shows.</summary>
    bool IsShown(ServerOptions options);

    /// <summary>On a server with accounts: whether somebody of this role may ask for this path. Owners may ask for everything.</summary>
    bool MayUse(PathString path, AccountRole role) => false;

    /// <summary>What its pages ask for.</summary>
    void AddServices(IServiceCollection services, ServerOptions options);

    /// <summary>What it answers beside pages: files, an interface for programs.</summary>
    void Map(IEndpointRouteBuilder endpoints);
}
