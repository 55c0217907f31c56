"""What a figure is made of before anybody computes, stores or draws it. Standard library only, known by all layers."""
