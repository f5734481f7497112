using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>
/// A model to talk to, wherever it is from: a run's newest checkpoint, a Hugging Face folder, a .gguf or .safetensors file.
/// Opening reads what describes it; the weights are read when <see cref="Model"/> is first asked for. Owns its device.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    /// <summary>How weights may be held in memory, as the option spells it.</summary>
    private static readonly string[] WeightTypes = [.. Enum.GetNames<WeightStorage>().Select(n => n.ToLowerInvariant())];

    /// <summary>How keys and values may be held, as the option spells it.</summary>
    private static readonly string[] CacheTypes = [.. Enum.GetNames<CacheStorage>().Select(n => n.ToLowerInvariant())];

    private readonly PretrainedModel _opened;
    private LanguageModel? _model;

    private LoadedModel(PretrainedModel opened, string weights, string cache, Device device)
    {
        _opened = opened;
        Weights = weights;
        Cache = Enum.Parse<CacheStorage>(cache, ignoreCase: true);
        Device = device;
    }

    public Device Device { get; }

    public string Name => _opened.Name;

    public ModelConfiguration Configuration => _opened.Configuration;

    public TextFormat Format => _opened.Text;

    /// <summary>How the weights are held: one of <see cref="WeightTypes"/>.</summary>
    public string Weights { get; }

    /// <summary>How a sampler is to hold keys and values.</summary>
    public CacheStorage Cache { get; }

    public IReadOnlyList<ModelFile> Files => _opened.Files;

    /// <summary>Which model it is, adapter and all.</summary>
    public string Identity => ModelIdentity.Of(_opened).Id;

    /// <summary>For inference only: its weights are held once.</summary>
    public LanguageModel Model => _model ??= _opened.LoadWeights(Device, Storage);

    private WeightStorage Storage => Enum.Parse<WeightStorage>(Weights, ignoreCase: true);

    public static Argument<string> Argument() => new("MODEL") { Description = "A Hugging Face folder, a .gguf or .safetensors file, a checkpoint folder, a run folder for its newest checkpoint, or hf:OWNER/NAME after model pull." };

    public static Option<string> WeightsOption() => new("--weights")
    {
        HelpName = string.Join('|', WeightTypes),
        Description = "How the weights are held in memory: f32 is exact; bf16 takes half, q8_0 little more than a quarter, and both answer faster.",
        DefaultValueFactory = _ => WeightTypes[0],
    };

    public static Option<string> CacheOption() => new("--cache")
    {
        HelpName = string.Join('|', CacheTypes),
        Description = "How the keys and values of the text so far are held: f32 is exact; bf16 takes half, which counts for long contexts and many sequences.",
        DefaultValueFactory = _ => CacheTypes[0],
    };

    public static Option<string?> AdapterOption() => new("--adapter") { HelpName = "folder", Description = "A low-rank adapter for the model, as PEFT saves one, or a run that trained one; it stays beside the weights." };

    /// <param name="cache">For commands that write text.</param>
    /// <param name="adapter">Its folder; null for the model as it is.</param>
    public static LoadedModel Open(string path, string weights, int threads, string cache = "f32", string? adapter = null, string device = GraphicsChoice.Cpu)
    {
        Check(weights, cache);
        var opened = PretrainedModel.OpenWith(CheckpointChoice.Find(path).Location, adapter is null ? null : AdapterCommand.Folder(adapter));
        try
        {
            return new LoadedModel(opened, weights, cache, Device.Shared(device, threads));
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The same as a model that is asked through its chat client.</summary>
    public static TextModel OpenHosted(string path, string weights, int threads, string cache, string? adapter, string device = GraphicsChoice.Cpu)
    {
        Check(weights, cache);
        var hosting = new ModelHostOptions { Slots = 1, Cache = Enum.Parse<CacheStorage>(cache, ignoreCase: true) };
        return TextModel.OpenWith(CheckpointChoice.Find(path).Location, adapter is null ? null : AdapterCommand.Folder(adapter), Enum.Parse<WeightStorage>(weights, ignoreCase: true), threads, hosting, device);
    }

    private static void Check(string weights, string cache)
    {
        if (!CacheTypes.Contains(cache, StringComparer.Ordinal)) throw new UserError($"\"{cache}\" is no way to hold keys and values.", field: "--cache", advice: $"Choose {string.Join(" or ", CacheTypes)}.");
        if (!WeightTypes.Contains(weights, StringComparer.Ordinal)) throw new UserError($"\"{weights}\" is no way to hold weights.", field: "--weights", advice: $"Choose {string.Join(", ", WeightTypes)}.");
    }

    /// <summary>Says on standard error what memory the work takes, refuses it where there is not enough, and reads the weights.</summary>
    /// <param name="sequences">In flight at once.</param>
    /// <param name="positions">Tokens of the longest.</param>
    public LanguageModel Load(int sequences, int positions)
    {
        var estimate = MemoryEstimate.Of(Configuration, Storage, sequences, positions, Cache);
        estimate.EnsureFits(Configuration, _opened.Location, Device.FreeMemory - GraphicsChoice.WorkingBytes);
        Console.Error.WriteLine($"Memory: up to {Quantity.Bytes(estimate.Total)} ({estimate}).");
        return Model;
    }

    /// <summary>A context length that the user asks for, checked against the model's; 0 for the usual one.</summary>
    /// <param name="usual">Where the model allows it.</param>
    public int Context(int asked, int usual)
    {
        var most = Configuration.MaxPositions;
        if (asked > most) throw new UserError($"the model was made for texts of at most {most} tokens.", field: "--context", advice: "Lower it.");
        return asked > 0 ? asked : Math.Min(usual, most);
    }

    public void Dispose()
    {
        _model?.Dispose();
        _opened.Dispose();
        Device.Dispose();
    }
}
