using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class WeightSourceTests : IDisposable
{
    private const string Shard = """{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_read_as_one_checkpoint()
    {
        using var source = WeightSource.Open(SharedFolder.Path("fixtures", "models", "llama_sharded"));
        source.Names.Count.ShouldBeGreaterThan(10);
        foreach (var name in source.Names)
        {
            var values = new float[source.Info(name).Count];
            source.Read(name, values);
            values.ShouldContain(v => v != 0, name);
        }

        Should.Throw<UserError>(() => source.Info("nothing.weight")).Field.ShouldBe("nothing.weight");
    }

    [Theory]
    [InlineData("../outside.safetensors")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/model.safetensors")]
    [InlineData("..\\\\outside.safetensors")]
    [InlineData("")]
    [InlineData("missing.safetensors")]
    [InlineData("pytorch_model-00001-of-00002.bin")]
    public void An_index_that_names_a_file_outside_missing_or_pickled_is_refused(string file)
    {
        var index = _folder.Write("model.safetensors.index.json", $$$"""{"weight_map":{"a":"{{{file}}}"}}""");
        var error = Should.Throw<UserError>(() => WeightSource.Open(_folder.Path));
        if (!file.EndsWith(".bin")) (error.File, error.Field).ShouldBe((index, "a"));
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"x.safetensors"}}""")]
    [InlineData("""{"weight_map":{"a":"x.safetensors"},"weight_map":{"a":"x.safetensors"}}""")]
    [InlineData("""{"weight_map":{"b":"x.safetensors"}}""")]
    [InlineData("""{"weight_map":{"a":5}}""")]
    [InlineData("""{"weight_map":5}""")]
    [InlineData("""{"metadata":{}}""")]
    [InlineData("""[]""")]
    [InlineData("""{"weight_map":{"a":"x.safetensors"}""")]
    [InlineData("")]
    public void An_index_that_is_malformed_is_refused(string index)
    {
        _folder.Write("x.safetensors", SafetensorsFileTests.File(Shard, 4));
        var path = _folder.Write("model.safetensors.index.json", index);
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Path)).File.ShouldBe(path);
    }

    [Fact]
    public void A_symbolic_link_out_of_the_folder_is_refused_and_one_inside_is_followed()
    {
        using var other = new TemporaryFolder();
        var outside = other.Write("weights.safetensors", SafetensorsFileTests.File(Shard, 4));
        var link = _folder.File("model.safetensors");
        File.CreateSymbolicLink(link, outside);
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Path)).File.ShouldBe(link);

        File.Delete(link);
        _folder.Write("real.safetensors", SafetensorsFileTests.File(Shard, 4));
        File.CreateSymbolicLink(link, "real.safetensors");
        using var source = WeightSource.Open(_folder.Path);
        source.Names.ShouldBe(["a"]);
    }

    [Fact]
    public void A_link_through_a_linked_folder_and_a_ring_of_links_are_refused()
    {
        using var other = new TemporaryFolder();
        other.Write("weights.safetensors", SafetensorsFileTests.File(Shard, 4));
        Directory.CreateSymbolicLink(_folder.File("sub"), other.Path);
        File.CreateSymbolicLink(_folder.File("model.safetensors"), "sub/weights.safetensors");
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Path));

        File.Delete(_folder.File("model.safetensors"));
        File.CreateSymbolicLink(_folder.File("model.safetensors"), "ring");
        File.CreateSymbolicLink(_folder.File("ring"), "model.safetensors");
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Path));
    }

    [Fact]
    public void The_links_of_the_hub_cache_are_followed()
    {
        Directory.CreateDirectory(_folder.File("models--o--n/blobs"));
        Directory.CreateDirectory(_folder.File("models--o--n/snapshots/abc"));
        _folder.Write("models--o--n/blobs/0123", SafetensorsFileTests.File(Shard, 4));
        File.CreateSymbolicLink(_folder.File("models--o--n/snapshots/abc/model.safetensors"), "../../blobs/0123");
        using var source = WeightSource.Open(_folder.File("models--o--n/snapshots/abc"));
        source.Names.ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("pytorch_model.bin")]
    [InlineData("model.pt")]
    [InlineData("consolidated.00.pth")]
    public void Pickled_weights_are_refused_with_the_way_to_convert_them(string name)
    {
        var path = _folder.Write(name, "not looked at");
        foreach (var opened in new[] { path, _folder.Path })
        {
            var error = Should.Throw<UserError>(() => WeightSource.Open(opened));
            error.File.ShouldBe(path);
            error.Message.ShouldContain("save_pretrained");
        }
    }

    [Fact]
    public void What_is_no_checkpoint_is_refused()
    {
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Path)).File.ShouldBe(_folder.Path);
        Should.Throw<UserError>(() => WeightSource.Open(_folder.File("nothing"))).File.ShouldBe(_folder.File("nothing"));
        Should.Throw<UserError>(() => WeightSource.Open(_folder.Write("notes.txt", "x")));
    }
}
