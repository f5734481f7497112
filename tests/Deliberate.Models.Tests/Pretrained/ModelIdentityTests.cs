namespace Deliberate.Models.Tests;

/// <summary>Alone: the cache folder is an environment variable of the whole process.</summary>
[Collection(nameof(ModelIdentityTests))]
[CollectionDefinition(nameof(ModelIdentityTests), DisableParallelization = true)]
public sealed class ModelIdentityTests : IDisposable
{
    private readonly TemporaryFolder _cache = new();

    public ModelIdentityTests() => Environment.SetEnvironmentVariable("DELIBERATE_CACHE", _cache.Path);

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("DELIBERATE_CACHE", null);
        _cache.Dispose();
    }

    [Fact]
    public void A_copy_is_the_same_model_and_a_changed_weight_another()
    {
        using var hosted = new HostedModel();
        using var other = new HostedModel();
        var identity = ModelIdentity.Of(hosted.Folder);
        ModelIdentity.Of(other.Folder).ShouldBe(identity);
        identity.Id.Length.ShouldBe(64);
        using (var model = hosted.Open()) model.Identity.ShouldBe(identity);

        var file = Path.Combine(other.Folder, "model.safetensors");
        using (var stream = File.Open(file, FileMode.Open))
        {
            stream.Seek(-4, SeekOrigin.End);
            stream.Write(BitConverter.GetBytes(0.5f));
        }

        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        var changed = ModelIdentity.Of(other.Folder);
        changed.Weights.ShouldNotBe(identity.Weights);
        changed.Id.ShouldNotBe(identity.Id);
        changed.Configuration.ShouldBe(identity.Configuration);
    }

    [Fact]
    public void The_hash_is_kept_while_sizes_and_times_stay_and_made_again_where_the_cache_is_damaged()
    {
        using var hosted = new HostedModel();
        var identity = ModelIdentity.Of(hosted.Folder);
        var entry = Directory.GetFiles(_cache.Path, "*.json", SearchOption.AllDirectories).ShouldHaveSingleItem();
        File.WriteAllText(entry, File.ReadAllText(entry).Replace(identity.Weights, new string('a', 64), StringComparison.Ordinal));
        ModelIdentity.Of(hosted.Folder).Weights.ShouldBe(new string('a', 64), "it was not read again");
        File.WriteAllText(entry, "{");
        ModelIdentity.Of(hosted.Folder).ShouldBe(identity);
        File.SetLastWriteTimeUtc(Path.Combine(hosted.Folder, "model.safetensors"), DateTime.UtcNow.AddHours(-1));
        File.WriteAllText(entry, File.ReadAllText(entry).Replace(identity.Weights, new string('a', 64), StringComparison.Ordinal));
        ModelIdentity.Of(hosted.Folder).ShouldBe(identity, "the file's time has changed");
        Directory.Delete(_cache.Path, recursive: true);
        File.WriteAllText(_cache.Path, "no folder");
        ModelIdentity.Of(hosted.Folder).ShouldBe(identity, "a cache that cannot be written costs time alone");
        File.Delete(_cache.Path);
        Directory.CreateDirectory(_cache.Path);
    }

    [Fact]
    public void Weights_that_are_gone_are_an_error_that_names_their_file()
    {
        using var hosted = new HostedModel();
        using var opened = PretrainedModel.Open(hosted.Folder);
        var file = Path.Combine(hosted.Folder, "model.safetensors");
        File.Delete(file);
        var error = Should.Throw<Core.UserError>(() => ModelIdentity.Of(opened));
        (error.File, error.Problem).ShouldBe((file, "the file does not exist."));
    }

    /// <summary>llama.cpp's file of the fixture's folder: the same values, other storage of norms and another order of rows.</summary>
    [Fact]
    public void A_folder_and_a_GGUF_file_of_the_same_values_hold_the_same_weights()
    {
        var folder = ModelIdentity.Of(FixtureModels.Folder("llama"));
        var file = ModelIdentity.Of(FixtureModels.Gguf("llama.F32.gguf"));
        file.Weights.ShouldBe(folder.Weights);
        file.Id.ShouldNotBe(folder.Id, "the tokenizer is written in another form");
    }
}
