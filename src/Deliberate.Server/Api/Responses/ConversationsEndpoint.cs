using System.Text.Json.Nodes;

namespace Deliberate.Server;

/// <summary><c>/v1/conversations</c>: items that outlive the responses that they came with.</summary>
internal static class ConversationsEndpoint
{
    private const int MostAtOnce = 20;

    private static readonly HashSet<string> CreateFields = new(StringComparer.Ordinal) { "items", "metadata" }, UpdateFields = new(StringComparer.Ordinal) { "metadata" }, ItemFields = new(StringComparer.Ordinal) { "items" };

    public static async Task CreateAsync(ApiExchange exchange)
    {
        var request = exchange.Context.Request.ContentLength is null or 0 && exchange.Context.Request.ContentType is null ? ApiJson.Parse("{}"u8.ToArray()) : await ApiJson.ReadAsync(exchange.Context);
        request.Know(CreateFields);
        var conversation = new JsonObject { ["id"] = Identifiers.New("conv"), ["object"] = "conversation", ["created_at"] = exchange.Api.Time.GetUtcNow().ToUnixTimeSeconds(), ["metadata"] = request.Metadata() ?? [] };
        Store(exchange).Save(new StoredConversation(exchange.Caller.Id, conversation, Items(request, exchange)));
        await ApiJson.WriteAsync(exchange.Context, conversation);
    }

    public static Task GetAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, Find(exchange).Conversation);

    public static async Task UpdateAsync(ApiExchange exchange)
    {
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(UpdateFields);
        using var held = await Store(exchange).LockAsync(Id(exchange), exchange.Context.RequestAborted);
        var found = Find(exchange);
        found.Conversation["metadata"] = request.Metadata() ?? throw request.Missing("metadata");
        Store(exchange).Save(found);
        await ApiJson.WriteAsync(exchange.Context, found.Conversation);
    }

    public static async Task DeleteAsync(ApiExchange exchange)
    {
        using var held = await Store(exchange).LockAsync(Id(exchange), exchange.Context.RequestAborted);
        var id = Find(exchange).Id;
        Store(exchange).DeleteConversation(id);
        await ApiJson.WriteAsync(exchange.Context, new JsonObject { ["id"] = id, ["object"] = "conversation.deleted", ["deleted"] = true });
    }

    public static Task ListItemsAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, ItemList.Of(All(Find(exchange)), exchange.Context.Request.Query, "desc"));

    public static async Task AddItemsAsync(ApiExchange exchange)
    {
        var request = await ApiJson.ReadAsync(exchange.Context);
        request.Know(ItemFields);
        if (!request.Has("items")) throw request.Missing("items");
        var added = Items(request, exchange);
        using var held = await Store(exchange).LockAsync(Id(exchange), exchange.Context.RequestAborted);
        var found = Find(exchange);
        foreach (var item in added) found.Items.Add(item!.DeepClone());
        Store(exchange).Save(found);
        await ApiJson.WriteAsync(exchange.Context, ItemList.Of([.. added.Select(i => i!.AsObject())], exchange.Context.Request.Query, "asc"));
    }

    public static Task GetItemAsync(ApiExchange exchange) => ApiJson.WriteAsync(exchange.Context, ResponseItems.Shown(Item(Find(exchange), exchange), showsSealed: false));

    public static async Task DeleteItemAsync(ApiExchange exchange)
    {
        using var held = await Store(exchange).LockAsync(Id(exchange), exchange.Context.RequestAborted);
        var found = Find(exchange);
        found.Items.Remove(Item(found, exchange));
        Store(exchange).Save(found);
        await ApiJson.WriteAsync(exchange.Context, found.Conversation);
    }

    private static JsonArray Items(JsonFields request, ApiExchange exchange)
    {
        var items = ResponseItems.Read(request, "items", (prefix, _) => Identifiers.New(prefix), exchange.Api.Options, MostAtOnce);
        foreach (var (at, item) in items.Index())
        {
            if (item!["type"]!.GetValue<string>() == "item_reference") throw ApiError.Unsupported("A conversation holds items, not references to them.", $"items[{at}].type");
            item["id"] ??= Identifiers.New("item");
        }

        return items;
    }

    private static JsonObject Item(StoredConversation conversation, ApiExchange exchange)
    {
        var id = exchange.Context.Value("item");
        return All(conversation).FirstOrDefault(i => i["id"]?.GetValue<string>() == id) ?? throw ApiError.NotFound($"There is no item '{JsonFields.Short(id)}' in the conversation.", "item_id", "item_not_found");
    }

    private static IReadOnlyList<JsonObject> All(StoredConversation conversation) => [.. conversation.Items.Select(i => i!.AsObject())];

    private static string Id(ApiExchange exchange) => exchange.Context.Value("id");

    private static StoredConversation Find(ApiExchange exchange) =>
        Store(exchange).FindConversation(Id(exchange), exchange.Caller.Id) ?? throw ApiError.NotFound($"There is no conversation '{JsonFields.Short(Id(exchange))}'.", "conversation_id", "conversation_not_found");

    private static ResponseStore Store(ApiExchange exchange) => exchange.Api.Store ?? throw ApiError.Unsupported("This server keeps nothing: it was started with --store none.", null);
}
