using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Deliberate.Server;

/// <summary>A chat with the models that are served, by the same way that programs take: the same queue, budgets and hidden thought.</summary>
internal sealed class ChatArea : IServerArea
{
    public const string Root = "/chat";

    public string Title => "Chat";

    public string Path => Root;

    public IReadOnlyList<Type> Pages => [typeof(ChatPage)];

    public bool IsShown(ServerOptions options) => options.Api is not null;

    public void AddServices(IServiceCollection services, ServerOptions options)
    {
        // The page finds what it needs in the server's interface.
    }

    public void Map(IEndpointRouteBuilder endpoints)
    {
        // A page only.
    }
}
