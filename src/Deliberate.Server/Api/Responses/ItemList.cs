using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Deliberate.Server;

/// <summary>A page of a list of items, by OpenAI's <c>limit</c>, <c>order</c>, <c>after</c>.</summary>
internal static class ItemList
{
    /// <param name="items">The earliest first.</param>
    /// <param name="usual">asc or desc, where the query names none.</param>
    public static JsonObject Of(IReadOnlyList<JsonObject> items, IQueryCollection query, string usual)
    {
        var limit = 20;
        if (query["limit"] is [{ } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 100)) throw ApiError.Invalid("'limit' has to be from 1 to 100.", "limit");
        var order = query["order"] is [{ } named] ? named : usual;
        if (order is not ("asc" or "desc")) throw ApiError.Invalid("'order' has to be asc or desc.", "order");
        var ordered = order == "asc" ? items : [.. items.Reverse()];
        if (query["after"] is [{ } after])
        {
            var at = ordered.ToList().FindIndex(i => i["id"]?.GetValue<string>() == after);
            if (at < 0) throw ApiError.Invalid("'after' names no item of the list.", "after");
            ordered = [.. ordered.Skip(at + 1)];
        }

        var page = ordered.Take(limit).ToArray();
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. page.Select(i => ResponseItems.Shown(i, showsSealed: false))]),
            ["first_id"] = page.Length > 0 ? page[0]["id"]?.GetValue<string>() ?? "" : "",
            ["last_id"] = page.Length > 0 ? page[^1]["id"]?.GetValue<string>() ?? "" : "",
            ["has_more"] = ordered.Count > page.Length,
        };
    }
}
