namespace Deliberate.Core;

/// <summary>
/// The configuration in force: the file that <c>--config</c> names, else the first <c>deliberate.yaml</c> in this folder or one above
/// it, else the one in the user's configuration folder, else none. Keys stand in no file of ours: one in clear text is not used, and
/// warned about without being shown.
/// </summary>
/// <param name="File">Where it is from; null for the defaults.</param>
/// <param name="Settings">What it says.</param>
/// <param name="Offline">Why nothing else may be connected to; null where it may.</param>
/// <param name="Warnings">What is to be mended although it could be read.</param>
internal sealed record ProgramConfiguration(string? File, ProgramSettings Settings, string? Offline, IReadOnlyList<string> Warnings)
{
    public const string FileName = "deliberate.yaml", OfflineVariable = "DELIBERATE_OFFLINE";

    /// <summary>Where a key is put that is pasted in.</summary>
    private static readonly string[] ClearTextKeys = ["api_key", "apikey", "api-key", "key", "token", "secret", "password", "bearer"];

    /// <param name="named">By the user; null for where it is looked for.</param>
    /// <param name="offline">Whether the user asked for offline mode.</param>
    public static ProgramConfiguration Load(string? named, bool offline)
    {
        var file = named ?? Find(Path.GetFullPath("."));
        var warnings = new List<string>();
        var settings = file is null ? new ProgramSettings() : Read(file, warnings);
        var variable = Environment.GetEnvironmentVariable(OfflineVariable);
        var why = offline ? "--offline" : variable is "1" or "true" ? $"{OfflineVariable}={variable}" : settings.Offline ? $"offline: true in {file}" : null;
        if (why is null && !string.IsNullOrEmpty(variable) && variable is not ("0" or "false")) throw new UserError($"{OfflineVariable} is neither 1 nor 0.", field: OfflineVariable, advice: "1 opens no connection but to providers that are allowed.");
        foreach (var (name, provider) in settings.Providers)
        {
            if (provider.HasKey && provider.Endpoint.Scheme == "http" && !provider.Endpoint.IsLoopback) warnings.Add(new UserError("The key goes to another machine without encryption, for everybody on the way to read.", file, field: $"providers.{name}.address", advice: "Use https.").Message);
        }

        return new ProgramConfiguration(file, settings, why, warnings);
    }

    /// <summary>The first one upwards from a folder, then the user's own.</summary>
    public static string? Find(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (System.IO.File.Exists(Path.Combine(at, FileName))) return Path.Combine(at, FileName);
        }

        var own = UserFile();
        return own is not null && System.IO.File.Exists(own) ? own : null;
    }

    /// <summary>Where the user's own one is; null where the system has no such folder.</summary>
    public static string? UserFile()
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData);
        return folder.Length > 0 ? Path.Combine(folder, "deliberate", FileName) : null;
    }

    public ProviderSettings Provider(string name) => Settings.Providers.TryGetValue(name, out var found)
        ? found
        : throw new UserError($"There is no provider \"{name}\".", File, advice: NearestName.Suggest(name, [.. Settings.Providers.Keys]) ?? "The configuration names none: see docs/configuration.md.");

    /// <summary>The key of a provider, which is remembered to be redacted; null where it has none.</summary>
    /// <exception cref="UserError">It is not where the configuration says.</exception>
    public string? Key(string name)
    {
        var provider = Provider(name);
        var field = $"providers.{name}.{(provider.KeyEnv is not null ? "key_env" : "key_file")}";
        if (!provider.HasKey) return null;
        string key;
        if (provider.KeyEnv is { } variable)
        {
            key = Environment.GetEnvironmentVariable(variable)?.Trim() ?? "";
            if (key.Length == 0) throw new UserError($"The environment variable {variable} is not set.", File, field: field, advice: $"Set it to the key, for example: export {variable}=...");
        }
        else
        {
            var path = Path.GetFullPath(provider.KeyFile!, Path.GetDirectoryName(Path.GetFullPath(File ?? "."))!);
            if (!System.IO.File.Exists(path)) throw new UserError("There is no such file.", path, field: field, advice: "Its only line is the key.");
            key = Utf8Text.Decode(System.IO.File.ReadAllBytes(path), path).Trim();
            if (key.Length == 0) throw new UserError("The file is empty.", path, field: field, advice: "Its only line is the key.");
        }

        Secrets.Remember(key);
        if (key.Any(c => c <= ' ' || c > '~')) throw new UserError("The key holds a space, a line break or another character that no key has.", File, field: field, advice: "It is one word of plain letters, digits and signs.");
        return key;
    }

    private static ProgramSettings Read(string file, List<string> warnings)
    {
        if (Directory.Exists(file)) throw new UserError("This is a folder, not a configuration.", file, advice: $"Name the {FileName} in it.");
        if (!System.IO.File.Exists(file)) throw new UserError("There is no such configuration.", file, advice: "docs/configuration.md shows one.");
        var text = RecipeReader.ReadText(file);
        // One whose lines are all notes says nothing, which is no mistake.
        if (text.Split('\n').All(line => line.AsSpan().Trim() is [] or ['#', ..])) return new ProgramSettings();
        var top = RecipeReader.ParseSection(text, file);
        Mask(top, "", warnings);
        return (ProgramSettings)RecipeBinder.Bind(top, typeof(ProgramSettings), nullable: false, itemNullable: false, null, "", null)!;
    }

    /// <summary>Takes keys in clear text out of what was read, before anything can quote them.</summary>
    private static void Mask(RecipeSection section, string path, List<string> warnings)
    {
        for (var i = section.Entries.Count - 1; i >= 0; i--)
        {
            var entry = section.Entries[i];
            var field = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (entry.Value is RecipeScalar { IsNull: false } key && path.StartsWith("providers.", StringComparison.Ordinal) && ClearTextKeys.Contains(entry.Key.ToLowerInvariant()))
            {
                Secrets.Remember(key.Text);
                warnings.Add(entry.Place.Error("A key in clear text. It is not used.", field, "Put it into an environment variable and name that in key_env; whoever can read this file knows the key, so make a new one.").Message);
                section.Entries.RemoveAt(i);
                continue;
            }

            var name = Secrets.MaskShapes(entry.Key);
            section.Entries[i] = entry with { Key = name, Value = Masked(entry.Value, path.Length == 0 ? name : $"{path}.{name}", warnings) };
        }
    }

    private static RecipeNode Masked(RecipeNode node, string field, List<string> warnings)
    {
        switch (node)
        {
            case RecipeSection section:
                Mask(section, field, warnings);
                return section;
            case RecipeList list:
                return new RecipeList([.. list.Items.Select((item, i) => Masked(item, $"{field}[{i}]", warnings))], list.Place);
            case RecipeScalar scalar when Secrets.MaskShapes(scalar.Text) is var masked && masked != scalar.Text:
                warnings.Add(scalar.Place.Error("This looks like a key in clear text, which belongs into no file.", field, "Put it into an environment variable and name that in key_env.").Message);
                return new RecipeScalar(masked, scalar.Plain, scalar.Place);
            case RecipeScalar scalar when Uri.TryCreate(scalar.Text, UriKind.Absolute, out var address) && address.UserInfo.Length > 0:
                Secrets.Remember(address.UserInfo);
                Secrets.Remember(address.UserInfo.Split(':')[^1]);
                return scalar;
            default:
                return node;
        }
    }
}
