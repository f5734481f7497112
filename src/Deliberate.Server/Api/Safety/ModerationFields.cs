namespace Deliberate.Server;

/// <summary>A request's own <c>moderation</c>: <c>{"model": NAME, "policy": {"input": {"mode": "block"}, "output": {"mode": "score"}}}</c>. It can ask for more than the operator does, never for less.</summary>
internal sealed record ModerationFields(ModerationMode? Prompts, ModerationMode? Answers)
{
    /// <summary>Names that clients know by heart; the server's one moderator answers to them.</summary>
    public static IReadOnlyList<string> UsualNames { get; } = ["omni-moderation-latest", "omni-moderation-2024-09-26", "text-moderation-latest", "text-moderation-stable"];

    /// <summary>Null where the request says nothing.</summary>
    public static ModerationFields? Read(JsonFields request, ApiOptions options)
    {
        if (request.Object("moderation") is not { } fields) return null;
        if (options.Moderation is null) throw ApiError.Unsupported("This server has no moderation: it was started without --moderate.", "moderation");
        CheckName(fields, options);
        var policy = fields.Object("policy");
        return new ModerationFields(Mode(policy?.Object("input")), Mode(policy?.Object("output")));
    }

    /// <exception cref="ApiError">The field <c>model</c> names another moderator.</exception>
    public static void CheckName(JsonFields fields, ApiOptions options)
    {
        var own = options.Moderation!.Moderator.Name;
        if (fields.Text("model", 1000) is { } named && named != own && !UsualNames.Contains(named)) throw ApiError.NotFound($"The moderation model '{JsonFields.Short(named)}' does not exist. This server has '{own}', which answers to {UsualNames[0]} too.", fields.PathOf("model"), "model_not_found");
    }

    private static ModerationMode? Mode(JsonFields? fields) => fields?.Choice("mode", ["score", "block"]) switch { "score" => ModerationMode.Score, "block" => ModerationMode.Block, _ => null };
}
