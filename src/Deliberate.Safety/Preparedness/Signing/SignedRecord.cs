using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>What somebody signed.</summary>
internal enum SignedKind
{
    /// <summary>A gate's result, by its hash.</summary>
    Approval,

    /// <summary>A level that is taken as given without definitive evidence.</summary>
    Precaution,

    /// <summary>A figure or a document from outside, with its caveats.</summary>
    External,
}

/// <summary>
/// An act of a role: <c>NAME.signed.json</c> holds kind, policy and its version, model, what is said (the body), who signed when, and
/// an ECDSA signature over the canonical JSON of all that. It is of one policy version and one model; an approval is of one result.
/// </summary>
internal sealed record SignedRecord
{
    public const string Extension = ".signed.json";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required SignedKind Kind { get; init; }

    public required string Policy { get; init; }

    public required int PolicyVersion { get; init; }

    /// <summary>The model's identity.</summary>
    public required string Model { get; init; }

    public required string Role { get; init; }

    /// <summary>Who signed, in words.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset At { get; init; }

    public required JsonObject Body { get; init; }

    public string Signature { get; init; } = "";

    /// <summary>Where it was read.</summary>
    public string File { get; init; } = "";

    /// <summary>Of its content, for lists.</summary>
    public string Hash => CanonicalJson.Hash(Content());

    public string Text(string field) => Body.TryGetPropertyValue(field, out var value) && value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    public double Number(string field) => Body.TryGetPropertyValue(field, out var value) && value?.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : double.NaN;

    public IReadOnlyList<string> Texts(string field) => Body.TryGetPropertyValue(field, out var value) && value is JsonArray list ? [.. list.Select(t => t?.ToString() ?? "")] : [];

    /// <summary>Signs it, and writes it beside others.</summary>
    /// <returns>Its file.</returns>
    /// <exception cref="UserError">The key is not the role's.</exception>
    public string SignInto(string folder, PolicyFile policy, string key)
    {
        if (!policy.Policy.Roles.TryGetValue(Role, out var role)) throw new UserError($"The policy has no role \"{Role}\".", policy.Path, field: "--role", advice: NearestName.Suggest(Role, [.. policy.Policy.Roles.Keys]));
        var (signature, made) = RoleKeys.Sign(key, CanonicalJson.Bytes(Content()));
        if (role.PublicKey.Length == 0) throw new UserError($"The policy has no public key for {Role} yet.", policy.Path, field: $"roles.{Role}.public_key", advice: $"Write the one of this key: {made}");
        if (role.PublicKey != made) throw new UserError($"This is not the key of {Role}: the policy names another.", key, field: "--key");
        var content = Content();
        content["format_version"] = Format;
        content["signature"] = signature;
        var file = Path.Combine(folder, $"{RecipeWriter.Scalar(Kind)}-{Role}-{Hash[..12]}{Extension}");
        AtomicFile.WriteText(file, content.ToJsonString(Indented) + "\n");
        return file;
    }

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Problem(PolicyFile policy, DateTimeOffset now)
    {
        if (Policy != policy.Policy.Policy || PolicyVersion != policy.Policy.Version) return FormattableString.Invariant($"it is of {Policy} version {PolicyVersion}, not of {policy.Policy.Policy} version {policy.Policy.Version}");
        if (!policy.Policy.Roles.TryGetValue(Role, out var role)) return $"it is signed for \"{Role}\", a role that the policy does not have";
        if (role.PublicKey.Length == 0) return $"the policy has no public key of {Role} that it could be checked by";
        if (!RoleKeys.Verify(role.PublicKey, CanonicalJson.Bytes(Content()), Signature)) return $"the signature is not {Role}'s over what it says: it was changed, or moved from elsewhere";
        return At > now.AddMinutes(5) ? "it is signed in the future" : null;
    }

    /// <exception cref="UserError">It is none.</exception>
    public static SignedRecord Read(string file)
    {
        try
        {
            var json = JsonNode.Parse(Utf8Text.Read(file).Span)!.AsObject();
            if ((int)json["format_version"]! > Format) throw new UserError("The file is of a newer program.", file);
            return new SignedRecord
            {
                Kind = Enum.GetValues<SignedKind>().First(k => RecipeWriter.Scalar(k) == (string)json["kind"]!),
                Policy = (string)json["policy"]!,
                PolicyVersion = (int)json["policy_version"]!,
                Model = (string)json["model"]!,
                Role = (string)json["role"]!,
                Name = (string)json["name"]!,
                At = DateTimeOffset.Parse((string)json["at"]!, System.Globalization.CultureInfo.InvariantCulture),
                Body = (JsonObject)json["body"]!.DeepClone(),
                Signature = (string)json["signature"]!,
                File = file,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentNullException or NullReferenceException or FormatException or InvalidCastException)
        {
            throw new UserError("This is no signed record.", file, advice: "deliberate approve writes them.", inner: error);
        }
    }

    private JsonObject Content() => new()
    {
        ["kind"] = RecipeWriter.Scalar(Kind),
        ["policy"] = Policy,
        ["policy_version"] = PolicyVersion,
        ["model"] = Model,
        ["role"] = Role,
        ["name"] = Name,
        ["at"] = At.ToUniversalTime().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        ["body"] = Body.DeepClone(),
    };
}
