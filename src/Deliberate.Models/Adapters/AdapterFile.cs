using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A folder with an adapter as PEFT saves one, <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, opened and not yet in
/// memory. Ours name the base in the file's metadata, by the hash of its weights; a stranger's are held against the base's shapes.
/// </summary>
internal sealed class AdapterFile : IDisposable
{
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>Keys of the metadata: SHA-256 of the base's weights by value.</summary>
    public const string BaseWeightsKey = "base_weights";

    private readonly SafetensorsFile _tensors;

    private AdapterFile(string folder, AdapterConfiguration configuration, SafetensorsFile tensors)
    {
        (Folder, Configuration, _tensors) = (folder, configuration, tensors);
        foreach (var name in tensors.Names) Sort(name);
        foreach (var module in Modules.Keys)
        {
            if (!tensors.Contains(AdapterNames.Up(module)) || !tensors.Contains(AdapterNames.Down(module))) throw Missing(module, "lora_A or lora_B");
            if (configuration.HasMagnitudes && MagnitudeName(module) is null) throw Missing(module, "lora_magnitude_vector");
        }
    }

    public string Folder { get; }

    public AdapterConfiguration Configuration { get; }

    /// <summary>The updated modules and the rank of each.</summary>
    public SortedDictionary<string, int> Modules { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the base's parameters that are saved whole.</summary>
    public SortedSet<string> Saved { get; } = new(StringComparer.Ordinal);

    /// <summary>The hash of the base's weights; null where the file does not say it.</summary>
    public string? BaseWeights => _tensors.Metadata.GetValueOrDefault(BaseWeightsKey);

    public ITensorSource Tensors => _tensors;

    public long Parameters => _tensors.Names.Sum(n => _tensors.Info(n).Count);

    /// <summary>SHA-256 of what it does: every tensor by value, and the scale of each update.</summary>
    public string Hash { get => field ??= ComputeHash(); private set; }

    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, AdapterConfiguration.FileName));

    /// <exception cref="UserError">There is none, or it is damaged or of a kind that is not known.</exception>
    public static AdapterFile Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new UserError("there is no such folder.", folder, advice: $"An adapter is a folder with {AdapterConfiguration.FileName} and {WeightsName}.");
        var settings = ModelFolder.Find(folder, AdapterConfiguration.FileName) ?? throw new UserError($"has no {AdapterConfiguration.FileName}.", folder, advice: $"An adapter is a folder with that file and {WeightsName}, as PEFT saves it.");
        var configuration = AdapterConfiguration.Read(settings);
        var weights = ModelFolder.Find(folder, WeightsName);
        if (weights is null)
        {
            foreach (var name in Directory.EnumerateFiles(folder)) WeightSource.RefusePickle(name);
            throw new UserError($"has no {WeightsName}.", folder);
        }

        var tensors = SafetensorsFile.Open(weights);
        try
        {
            return new AdapterFile(folder, configuration, tensors);
        }
        catch
        {
            tensors.Dispose();
            throw;
        }
    }

    /// <summary>Where the base is: as the file says it, from where the program runs or from the adapter's folder.</summary>
    /// <exception cref="UserError">It is not there.</exception>
    public string FindBase()
    {
        var said = Configuration.BaseModel ?? throw new UserError("does not say which model it is for.", Path.Combine(Folder, AdapterConfiguration.FileName), field: "base_model_name_or_path", advice: "Name the model, and the adapter with --adapter.");
        foreach (var place in new[] { said, Path.Combine(Folder, said), Path.Combine(Folder, "..", said) })
            if (File.Exists(place) || Directory.Exists(place)) return Path.GetFullPath(place);
        throw new UserError($"the model it is for, {Excerpt.Of(said, 200)}, is not there.", Path.Combine(Folder, AdapterConfiguration.FileName), field: "base_model_name_or_path", advice: "Name the model where it is, and the adapter with --adapter.");
    }

    /// <summary>Refuses a base that it is not for: by the hash where the file has one, by module and shape in any case.</summary>
    /// <exception cref="UserError">With both hashes, or both shapes.</exception>
    public void Check(PretrainedModel model)
    {
        CheckShapes(model.Configuration, model.Location);
        if (BaseWeights is not { } expected) return;
        var actual = ModelIdentity.WeightsOf(model);
        if (actual != expected)
            throw new UserError($"the adapter was trained on other weights: those of {model.Location} have the SHA-256 {actual}, it belongs to {expected}.", _tensors.Path, advice: "Name the model that it was trained on; deliberate model info shows the hash of one.");
    }

    /// <summary>The same by shapes alone.</summary>
    public void CheckShapes(ModelConfiguration configuration, string model)
    {
        var shapes = ParameterNames.Of(configuration).ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);
        if (configuration.TieWordEmbeddings) shapes.TryAdd(LanguageModel.HeadName, shapes["model.embed_tokens.weight"]);
        foreach (var (module, rank) in Modules)
        {
            if (!shapes.TryGetValue(module + AdapterNames.WeightSuffix, out var shape)) throw Foreign(module, model);
            var (down, up) = (_tensors.Info(AdapterNames.Down(module)).Shape, _tensors.Info(AdapterNames.Up(module)).Shape);
            if (shape.Count != 2 || down.Count != 2 || up.Count != 2 || down[1] != shape[1] || up[0] != shape[0] || down[0] != rank || up[1] != rank)
                throw new UserError($"the update has A {down} and B {up}, but the module of {model} has {shape}: the adapter is for another model.", _tensors.Path, field: module);
            if (MagnitudeName(module) is { } name && !_tensors.Info(name).Shape.Equals([shape[0]])) throw new UserError($"the tensor has shape {_tensors.Info(name).Shape}, but the module of {model} has {shape[0]} outputs.", _tensors.Path, field: name);
        }

        foreach (var name in Saved)
        {
            if (!shapes.TryGetValue(name, out var shape)) throw Foreign(name, model);
            var own = _tensors.Info(AdapterNames.Saved(name)).Shape;
            if (!own.Equals(shape)) throw new UserError($"the tensor has shape {own}, but {model} has {shape}: the adapter is for another model.", _tensors.Path, field: name);
        }
    }

    /// <summary>The adapter in memory, packed for inference.</summary>
    /// <exception cref="UserError">It is for another model, or a number is not finite.</exception>
    public Adapter Load(LanguageModel model)
    {
        CheckShapes(model.Configuration, "the model");
        var adapter = AdapterLayout.Build(model, Configuration, m => Modules.GetValueOrDefault(m), Saved.Contains, Folder);
        try
        {
            Read(adapter);
            adapter.Pack(training: false);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Reads its values into an adapter of the same modules.</summary>
    public void Read(Adapter adapter)
    {
        foreach (var parameter in adapter.Parameters.Parameters)
        {
            var name = !_tensors.Contains(parameter.Name) && _tensors.Contains(parameter.Name + AdapterNames.WeightSuffix) ? parameter.Name + AdapterNames.WeightSuffix : parameter.Name;
            if (!_tensors.Contains(name)) throw new UserError("the tensor is missing.", _tensors.Path, field: name);
            var values = new float[parameter.Length];
            _tensors.Read(name, values);
            StoredWeightsLoad.CheckFinite(values, _tensors, name);
            adapter.Parameters.Values.Write(parameter.Offset, values);
        }
    }

    /// <summary>The tensor of a module's magnitudes, which some versions call a weight; null without.</summary>
    public string? MagnitudeName(string module)
    {
        var name = AdapterNames.Magnitude(module);
        return _tensors.Contains(name) ? name : _tensors.Contains(name + AdapterNames.WeightSuffix) ? name + AdapterNames.WeightSuffix : null;
    }

    public void Dispose() => _tensors.Dispose();

    private void Sort(string name)
    {
        if (!name.StartsWith(AdapterNames.Prefix, StringComparison.Ordinal)) throw Unknown(name);
        var inner = name[AdapterNames.Prefix.Length..];
        if (inner.EndsWith(AdapterNames.DownSuffix, StringComparison.Ordinal)) Modules[inner[..^AdapterNames.DownSuffix.Length]] = (int)Math.Min(_tensors.Info(name).Shape is [var rank, ..] ? rank : 0, int.MaxValue);
        else if (inner.EndsWith(AdapterNames.UpSuffix, StringComparison.Ordinal)) Modules.TryAdd(inner[..^AdapterNames.UpSuffix.Length], 0);
        else if (inner.Contains(AdapterNames.MagnitudeSuffix, StringComparison.Ordinal)) return;
        else if (inner.EndsWith(AdapterNames.WeightSuffix, StringComparison.Ordinal) && !inner.Contains(".lora_", StringComparison.Ordinal)) Saved.Add(inner);
        else throw Unknown(name);
    }

    private string ComputeHash()
    {
        var lines = new StringBuilder();
        var buffer = new float[1 << 16];
        foreach (var name in _tensors.Names.Order(StringComparer.Ordinal))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var count = _tensors.Info(name).Count;
            for (long at = 0; at < count; at += buffer.Length)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, count - at));
                _tensors.Read(name, piece, at);
                hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(piece));
            }

            lines.Append(CultureInfo.InvariantCulture, $"{name} {_tensors.Info(name).Shape} {Convert.ToHexStringLower(hash.GetHashAndReset())}\n");
        }

        foreach (var (module, rank) in Modules) lines.Append(CultureInfo.InvariantCulture, $"{module} scale {Configuration.ScaleOf(module, rank):R} {(Configuration.HasMagnitudes ? "magnitudes" : "plain")}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    private UserError Unknown(string name) => new("is no tensor of a low-rank adapter.", _tensors.Path, field: Excerpt.Of(name, 200), advice: $"Names are {AdapterNames.Prefix}MODULE.lora_A.weight, .lora_B.weight, .lora_magnitude_vector, or .weight for a module that is saved whole.");

    private UserError Missing(string module, string what) => new($"the module lacks its {what}.", _tensors.Path, field: module, advice: "Copy or save the adapter again.");

    private UserError Foreign(string module, string model) => new($"{model} has no such module: the adapter is for another model.", _tensors.Path, field: module);
}
