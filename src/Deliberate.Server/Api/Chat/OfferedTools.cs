using System.Text.Json;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>The functions of a request and whether one must be called. Chat completions wrap a function in an object of its own, responses do not.</summary>
internal static class OfferedTools
{
    public static IReadOnlyList<ToolDescription> Read(JsonFields request)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return [.. request.Items("tools", 128).Select(item =>
        {
            var fields = JsonFields.Of(item.Value, item.Path);
            if (fields.Needed("type", 100) is not "function" and var type) throw ApiError.Unsupported($"'{fields.PathOf("type")}' is \"{JsonFields.Short(type)}\": this server has functions that the client calls, and no tools of its own.", fields.PathOf("type"));
            var function = fields.Object("function") ?? fields;
            var name = function.Needed("name", 64);
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '_' and not '-' and not '.')) throw ApiError.Invalid($"'{function.PathOf("name")}' may have letters, digits, underscores and dashes.", function.PathOf("name"));
            if (!names.Add(name)) throw ApiError.Invalid($"'{function.PathOf("name")}': there are two tools of this name.", function.PathOf("name"));
            return new ToolDescription(name, function.Text("description"), function.Object("parameters") is { } schema ? schema.Element : null, function.Flag("strict") ?? false);
        })];
    }

    public static (ToolUse Use, string? Forced) Choice(JsonFields request, IReadOnlyList<ToolDescription> tools)
    {
        const string name = "tool_choice";
        if (request.Get(name) is not { } choice) return (ToolUse.Auto, null);
        if (choice.ValueKind == JsonValueKind.String)
        {
            var use = request.Choice(name, ["auto", "none", "required"]) switch { "none" => ToolUse.None, "required" => ToolUse.Required, _ => ToolUse.Auto };
            return use == ToolUse.Required && tools.Count == 0 ? throw ApiError.Invalid("'tool_choice' is \"required\", and there are no tools.", name) : (use, null);
        }

        var fields = JsonFields.Of(choice, name);
        var type = fields.Needed("type", 100);
        if (type == "allowed_tools")
        {
            var allowed = fields.Object("allowed_tools") ?? fields;
            return (allowed.Choice("mode", ["auto", "required"]) == "required" ? ToolUse.Required : ToolUse.Auto, null);
        }

        if (type != "function") throw ApiError.Unsupported($"'tool_choice.type' is \"{JsonFields.Short(type)}\", and this server has functions only.", "tool_choice.type");
        var function = fields.Object("function") ?? fields;
        var forced = function.Needed("name", 64);
        return tools.Any(t => t.Name == forced) ? (ToolUse.Required, forced) : throw ApiError.Invalid($"'tool_choice' names the function '{JsonFields.Short(forced)}', which is not among the tools.", name);
    }

    /// <summary>The tools that a choice leaves.</summary>
    public static IReadOnlyList<ToolDescription> Allowed(JsonFields request, IReadOnlyList<ToolDescription> tools)
    {
        if (request.Get("tool_choice") is not { ValueKind: JsonValueKind.Object } || request.Object("tool_choice") is not { } fields || fields.Text("type") != "allowed_tools") return tools;
        var allowed = fields.Object("allowed_tools") ?? fields;
        var names = allowed.Items("tools", 128).Select(t => JsonFields.Of(t.Value, t.Path)).Select(t => (t.Object("function") ?? t).Needed("name", 64)).ToHashSet(StringComparer.Ordinal);
        var left = tools.Where(t => names.Contains(t.Name)).ToArray();
        return left.Length > 0 ? left : throw ApiError.Invalid("'tool_choice' allows none of the tools.", "tool_choice");
    }
}
